/** Department of the synthetic shop: sports and leisure. */
import { COLORS, type Department } from '../shop.ts'

export const SPORTS: Department = {
  name: 'Sports & Leisure',
  code: 'SPO',
  brands: 'Rivanto|Peakline|Strider Athletics|Ondara|Fellrunner|Velomar|Summitry|Tidewater Sports',
  lines: 'Tempo|Ridge|Sprint|Glide|Endure|Summit|Wave|Trail|Peloton',
  closings:
    'Used by our own club every week.|Tested in rain and heat.|For beginners and for the ambitious.|Repairs are done in our workshop.',
  groups: [
    {
      name: 'Fitness',
      leaves: [
        {
          name: 'Yoga Mats',
          noun: 'Yoga Mat',
          price: [14, 99],
          attrs: {
            color: 'Plum|Sage|Black|Sand|Ocean Blue|Coral',
            thickness: '3..8/1 mm',
            material: 'Natural rubber|TPE|Cork|PU',
            size: '173 x 61 cm|183 x 61 cm|183 x 66 cm',
          },
          named: ['thickness'],
          varies: 'color',
          features:
            'a surface that holds wet hands|lines that help to align|a strap|an edge that does not curl',
        },
        {
          name: 'Dumbbells',
          noun: 'Dumbbell Set',
          price: [12, 399],
          attrs: {
            weight: '2 kg|4 kg|6 kg|10 kg|16 kg|24 kg',
            coating: 'Neoprene|Rubber|Vinyl|Chrome',
            shape: 'Hexagonal|Round',
            pieces: '1|2',
          },
          named: ['weight'],
          varies: 'weight',
          features:
            'a knurled grip|edges that do not roll|a coat that spares the floor|weights cast in one piece',
        },
        {
          name: 'Exercise Bikes',
          noun: 'Exercise Bike',
          price: [149, 1299],
          attrs: {
            resistance: 'Magnetic|Air|Friction',
            flywheel: '6..20/2 kg',
            max_load: '110..150/10 kg',
            display: 'LCD|Touch screen|None',
          },
          named: ['resistance'],
          varies: 'display',
          features: 'a quiet belt|a saddle that moves four ways|rollers for transport|a holder for a tablet',
        },
      ],
    },
    {
      name: 'Cycling',
      leaves: [
        {
          name: 'Bicycles',
          noun: 'Bicycle',
          price: [249, 3499],
          attrs: {
            type: 'City|Trekking|Gravel|Mountain|Electric',
            frame_size: 'S|M|L|XL',
            gears: '1|7|8|11|12',
            brakes: 'Disc|Rim|Coaster',
            color: 'Black|Blue|Green|Sand|Red',
          },
          named: ['type', 'frame_size'],
          varies: 'frame_size',
          features:
            'a frame with cables inside|tyres that resist punctures|lights from a hub dynamo|a rack for 25 kg',
        },
        {
          name: 'Bike Helmets',
          noun: 'Bike Helmet',
          price: [24, 249],
          attrs: {
            size: 'S (51 to 55 cm)|M (55 to 59 cm)|L (59 to 63 cm)',
            color: COLORS,
            vents: '8|12|16|20',
            weight: '220..400/20 g',
          },
          named: ['size'],
          varies: 'color',
          features:
            'a layer that turns on impact|a light at the back|a dial for the fit|pads that can be washed',
        },
        {
          name: 'Bike Locks',
          noun: 'Bike Lock',
          price: [12, 139],
          attrs: {
            type: 'U-lock|Chain|Folding|Cable',
            length: '75 cm|90 cm|110 cm|140 cm',
            security_level: '5..15/1',
            closure: 'Key|Code',
          },
          named: ['type'],
          varies: 'length',
          features:
            'hardened steel|a sleeve that spares the paint|a bracket for the frame|two keys, one with a light',
        },
      ],
    },
    {
      name: 'Outdoor Sports',
      leaves: [
        {
          name: 'Hiking Backpacks',
          noun: 'Hiking Backpack',
          price: [39, 289],
          attrs: {
            volume: '18 l|24 l|32 l|45 l|60 l',
            color: 'Moss|Black|Petrol|Rust|Grey',
            weight: '0.6..2.2/0.2 kg',
            rain_cover: 'Yes|No',
          },
          named: ['volume'],
          varies: 'color',
          features: 'a back that breathes|a pocket for a bladder|loops for poles|a hip belt with pockets',
        },
        {
          name: 'Sleeping Bags',
          noun: 'Sleeping Bag',
          price: [29, 449],
          attrs: {
            comfort_temperature: '-10..15/5 °C',
            filling: 'Down|Synthetic',
            shape: 'Mummy|Rectangular',
            color: 'Blue|Green|Orange|Grey',
          },
          named: ['comfort_temperature'],
          varies: 'color',
          features: 'a two-way zip|a hood with a collar|a pocket inside|a sack that compresses',
        },
        {
          name: 'Footballs',
          noun: 'Football',
          price: [9, 139],
          attrs: {
            size: 'Size 3|Size 4|Size 5',
            use: 'Match|Training|Street',
            seams: 'Stitched|Thermobonded',
            color: 'White|Yellow|Orange|Blue',
          },
          named: ['use', 'size'],
          varies: 'color',
          features: 'a bladder that holds air|a true flight|a skin that stands asphalt',
        },
      ],
    },
  ],
}
