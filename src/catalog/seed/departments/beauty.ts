/** Department of the synthetic shop: health and beauty. */
import type { Department } from '../shop.ts'

export const BEAUTY: Department = {
  name: 'Health & Beauty',
  code: 'BEA',
  brands: 'Lune & Lotus|Verbena House|Dermasol|Ôde|Saltworks|Apothek 9|Glimmerie|Barberton',
  lines: 'Pure|Hydra|Calm|Radiance|Balance|Botanic|Silk|Fresh',
  closings:
    'Not tested on animals.|Dermatologically tested.|Recommended by our own customers.|Packed in recycled cardboard.',
  groups: [
    {
      name: 'Care',
      leaves: [
        {
          name: 'Face Creams',
          noun: 'Face Cream',
          price: [6, 89],
          attrs: {
            skin_type: 'Dry|Oily|Combination|Sensitive|All',
            volume: '30 ml|50 ml|75 ml',
            sun_protection: 'None|SPF 15|SPF 30|SPF 50',
            ingredient: 'Hyaluronic acid|Niacinamide|Aloe vera|Shea butter|Vitamin C',
          },
          named: ['ingredient', 'volume'],
          varies: 'volume',
          features: 'a texture that sinks in fast|a scent that is barely there|a pump that keeps air out',
        },
        {
          name: 'Shampoos',
          noun: 'Shampoo',
          price: [3.5, 39],
          attrs: {
            hair_type: 'Normal|Dry|Fine|Curly|Coloured|Greasy',
            volume: '200 ml|250 ml|400 ml|1000 ml',
            form: 'Liquid|Solid bar',
            scent: 'Rosemary|Citrus|Almond|Unscented',
          },
          named: ['hair_type', 'volume'],
          varies: 'volume',
          features: 'a mild foam|no silicone|a bottle made of other bottles',
        },
        {
          name: 'Soaps',
          noun: 'Hand Soap',
          price: [2.5, 24],
          attrs: {
            scent: 'Lemon|Lavender|Cedar|Sea Salt|Unscented',
            volume: '250 ml|500 ml|1000 ml',
            form: 'Liquid|Foam|Bar',
          },
          named: ['scent'],
          varies: 'scent',
          features: 'oil that cares for the skin|a dispenser that lasts|a foam that rinses off well',
        },
        {
          name: 'Perfumes',
          noun: 'Eau de Parfum',
          price: [19, 189],
          attrs: {
            volume: '30 ml|50 ml|100 ml',
            family: 'Floral|Woody|Citrus|Oriental|Green',
            top_note: 'Bergamot|Pink Pepper|Neroli|Cardamom|Fig Leaf',
          },
          named: ['family', 'volume'],
          varies: 'volume',
          features: 'a base of amber and musk|a flacon of heavy glass|a trail that stays until evening',
        },
      ],
    },
    {
      name: 'Devices',
      leaves: [
        {
          name: 'Electric Toothbrushes',
          noun: 'Electric Toothbrush',
          price: [25, 249],
          attrs: {
            color: 'White|Black|Mint|Rose|Blue',
            technology: 'Sonic|Rotating',
            battery_life: '7..28/7 days',
            modes: '1|3|5',
          },
          named: ['technology'],
          varies: 'color',
          features: 'a sensor for pressure|a timer of two minutes|a case for travel|heads for half a year',
        },
        {
          name: 'Hair Dryers',
          noun: 'Hair Dryer',
          price: [19, 349],
          attrs: {
            color: 'Black|White|Rose|Grey',
            power: '1200..2400/200 W',
            weight: '300..700/50 g',
            ionic: 'Yes|No',
          },
          named: ['power'],
          varies: 'color',
          features: 'a cold shot|a diffuser for curls|a filter that comes off|a cable of three metres',
        },
        {
          name: 'Shavers',
          noun: 'Electric Shaver',
          price: [29, 329],
          attrs: {
            type: 'Foil|Rotary|Body',
            run_time: '40..90/10 min',
            wet_and_dry: 'Yes|No',
            color: 'Black|Silver|Blue',
          },
          named: ['type'],
          varies: 'color',
          features:
            'a trimmer that folds out|a station that cleans|heads that follow the face|a full charge in one hour',
        },
        {
          name: 'Blood Pressure Monitors',
          noun: 'Blood Pressure Monitor',
          price: [22, 129],
          attrs: {
            measures_at: 'Upper arm|Wrist',
            users: '1|2|4',
            memory: '60..120/30 readings',
            connection: 'None|Bluetooth',
          },
          named: ['measures_at'],
          varies: 'connection',
          features: 'a large display|a sign for irregular beats|a cuff for 22 to 42 cm|batteries in the box',
        },
      ],
    },
  ],
}
