/** Department of the synthetic shop: clothing and shoes. */
import { type Department, FASHION_COLORS } from '../shop.ts'

const SIZES = 'XS|S|M|L|XL|XXL'
const SHOE_SIZES = '36..46/1'

export const FASHION: Department = {
  name: 'Clothing & Shoes',
  code: 'FAS',
  brands: 'Marlowe & Finch|Solenne|Harbour Street|Edda Wool|Tarn|Casimir|Lowland|Juniper Row|Ravello',
  lines: 'Essential|Heritage|Weekend|Studio|Coast|City|Relaxed|Alpine|Motion',
  closings:
    'Sewn in Europe.|Returns are free for 60 days.|Made from certified materials.|Small batches, no overproduction.',
  groups: [
    {
      name: 'Clothing',
      leaves: [
        {
          name: 'T-Shirts',
          noun: 'T-Shirt',
          price: [9, 59],
          attrs: {
            size: SIZES,
            color: FASHION_COLORS,
            material: 'Cotton|Organic cotton|Linen|Merino',
            fit: 'Slim|Regular|Relaxed',
            neck: 'Crew neck|V-neck',
          },
          named: ['neck'],
          varies: 'color',
          features:
            'a collar that keeps its shape|no label that itches|a cloth that has been washed before|flat seams',
        },
        {
          name: 'Jeans',
          noun: 'Jeans',
          price: [29, 179],
          attrs: {
            size: '28..38/2',
            color: 'Indigo|Light Blue|Black|Grey|Ecru',
            fit: 'Slim|Straight|Tapered|Wide|Bootcut',
            rise: 'Mid rise|High rise|Low rise',
            stretch: '0 %|1 %|2 %',
          },
          named: ['fit'],
          varies: 'color',
          features: 'a denim of 12 ounces|copper rivets|a button fly|a wash that saves water',
        },
        {
          name: 'Jackets',
          noun: 'Jacket',
          price: [49, 449],
          attrs: {
            size: SIZES,
            color: FASHION_COLORS,
            type: 'Rain|Down|Softshell|Denim|Fleece',
            water_column: '5000 mm|10000 mm|15000 mm|20000 mm',
            hood: 'Fixed hood|Removable hood|No hood',
          },
          named: ['type'],
          varies: 'color',
          features: 'pockets with zips|cuffs that adjust|seams that are sealed|a lining that warms',
        },
        {
          name: 'Sweaters',
          noun: 'Sweater',
          price: [29, 249],
          attrs: {
            size: SIZES,
            color: FASHION_COLORS,
            material: 'Lambswool|Merino|Cotton|Cashmere|Alpaca',
            neck: 'Crew neck|Roll neck|V-neck|Half zip',
            knit: 'Fine|Cable|Ribbed',
          },
          named: ['material', 'neck'],
          varies: 'color',
          features:
            'a knit without side seams|ribs that spring back|a yarn that does not pill|elbows made twice',
        },
        {
          name: 'Socks',
          noun: 'Socks',
          price: [5, 39],
          attrs: {
            size: '35 to 38|39 to 42|43 to 46',
            color: FASHION_COLORS,
            material: 'Cotton|Merino|Bamboo',
            pack: '1 pair|3 pairs|5 pairs',
          },
          named: ['material', 'pack'],
          varies: 'color',
          features: 'a toe without a seam|a heel that is reinforced|a cuff that does not press',
        },
      ],
    },
    {
      name: 'Shoes & Bags',
      leaves: [
        {
          name: 'Sneakers',
          noun: 'Sneakers',
          price: [39, 189],
          attrs: {
            size: SHOE_SIZES,
            color: FASHION_COLORS,
            upper: 'Leather|Canvas|Suede|Knit',
            sole: 'Rubber|EVA',
            closure: 'Laces|Velcro|Slip-on',
          },
          named: ['upper'],
          varies: 'color',
          features:
            'an insole that can be taken out|a sole that is stitched|a padded collar|laces in two colours',
        },
        {
          name: 'Running Shoes',
          noun: 'Running Shoes',
          price: [59, 249],
          attrs: {
            size: SHOE_SIZES,
            color: 'Black|White|Coral|Lime|Royal Blue|Grey',
            surface: 'Road|Trail|Track',
            drop: '0 mm|4 mm|6 mm|8 mm|10 mm',
            weight: '190..330/20 g',
          },
          named: ['surface'],
          varies: 'color',
          features: 'a foam that gives energy back|a mesh that breathes|a heel that holds|grip on wet ground',
        },
        {
          name: 'Boots',
          noun: 'Boots',
          price: [69, 329],
          attrs: {
            size: SHOE_SIZES,
            color: 'Black|Brown|Tan|Olive|Grey',
            upper: 'Leather|Nubuck|Suede|Rubber',
            lining: 'Wool|Textile|Membrane',
            height: 'Ankle|Mid-calf|Knee',
          },
          named: ['upper', 'height'],
          varies: 'color',
          features: 'a welted sole|a zip inside|a tread for ice|leather that is tanned with bark',
        },
        {
          name: 'Handbags',
          noun: 'Handbag',
          price: [29, 399],
          attrs: {
            color: 'Black|Tan|Burgundy|Navy|Sand|Green',
            material: 'Leather|Canvas|Vegan leather|Suede',
            style: 'Tote|Shoulder|Crossbody|Bucket',
            width: '20..44/4 cm',
          },
          named: ['style', 'material'],
          varies: 'color',
          features:
            'a strap that adjusts|a pocket for the phone|a lining in another colour|a magnet that closes',
        },
      ],
    },
  ],
}
