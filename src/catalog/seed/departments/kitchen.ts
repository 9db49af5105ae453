/** Department of the synthetic shop: kitchen and household. */
import { COLORS, type Department } from '../shop.ts'

export const KITCHEN: Department = {
  name: 'Home & Kitchen',
  code: 'KIT',
  brands: 'Hearthwell|Copper & Sage|Brümel|Casanova Home|Tildera|Morgenrot|Vellmont|Pantree|Ironleaf|Sudsley',
  lines: 'Classic|Vita|Gusto|Solid|Breeze|Terra|Duo|Chef|Easy|Daily',
  closings:
    'Tested for ten years of daily use.|Easy to clean and easy to store.|A gift that is used.|Designed to be repaired.',
  groups: [
    {
      name: 'Small Appliances',
      leaves: [
        {
          name: 'Coffee Machines',
          noun: 'Coffee Machine',
          price: [39, 999],
          attrs: {
            color: 'Black|Silver|White|Red',
            type: 'Filter|Espresso|Bean to cup|Capsule',
            pressure: '9 bar|15 bar|19 bar',
            water_tank: '0.8..2.0/0.2 l',
            power: '900..1800/100 W',
          },
          named: ['type'],
          varies: 'color',
          features:
            'a quiet grinder|a milk frother|a warming plate for cups|a programme that descales|a timer for the morning',
        },
        {
          name: 'Kettles',
          noun: 'Kettle',
          price: [19, 149],
          attrs: {
            color: 'Black|White|Stainless Steel|Copper|Mint',
            capacity: '0.8..1.8/0.1 l',
            power: '1500 W|2200 W|3000 W',
            material: 'Glass|Stainless steel|Plastic',
          },
          named: ['capacity'],
          varies: 'color',
          features:
            'a spout that pours slowly|a filter against limescale|a choice of five temperatures|a lid that opens softly',
        },
        {
          name: 'Toasters',
          noun: 'Toaster',
          price: [22, 139],
          attrs: {
            color: 'Black|White|Cream|Red|Stainless Steel',
            slots: '2 slots|4 slots',
            browning_levels: '5|6|7|9',
            power: '700..1600/100 W',
          },
          named: ['slots'],
          varies: 'color',
          features:
            'wide slots for thick bread|a rack for rolls|a defrost button|a crumb tray that slides out',
        },
        {
          name: 'Blenders',
          noun: 'Blender',
          price: [29, 399],
          attrs: {
            color: 'Black|White|Red|Grey',
            capacity: '0.6..2.0/0.2 l',
            power: '350..1400/150 W',
            jug_material: 'Glass|Tritan',
            speeds: '2|5|10',
          },
          named: ['power'],
          varies: 'color',
          features: 'blades that crush ice|a bottle to go|a pulse mode|a programme that cleans itself',
        },
        {
          name: 'Vacuum Cleaners',
          noun: 'Vacuum Cleaner',
          price: [79, 699],
          attrs: {
            color: COLORS,
            type: 'Cordless|Cylinder|Robot|Handheld',
            run_time: '20..90/10 min',
            noise_level: '58..78/2 dB',
            dust_capacity: '0.4..2.0/0.2 l',
          },
          named: ['type'],
          varies: 'color',
          features: 'a brush for pet hair|a washable filter|lights in the floor head|a hook for the wall',
        },
      ],
    },
    {
      name: 'Cookware',
      leaves: [
        {
          name: 'Frying Pans',
          noun: 'Frying Pan',
          price: [15, 139],
          attrs: {
            diameter: '20 cm|24 cm|26 cm|28 cm|32 cm',
            material: 'Cast iron|Aluminium|Stainless steel|Carbon steel',
            coating: 'Ceramic|Non-stick|None',
            induction: 'Yes|No',
          },
          named: ['diameter'],
          varies: 'diameter',
          features: 'an even heat|a handle that stays cool|a rim for pouring|a thick base',
        },
        {
          name: 'Saucepans',
          noun: 'Saucepan',
          price: [18, 159],
          attrs: {
            capacity: '1.2..5.2/0.4 l',
            material: 'Stainless steel|Enamel|Copper',
            lid: 'Glass|Steel|None',
            induction: 'Yes|No',
          },
          named: ['capacity'],
          varies: 'capacity',
          features: 'marks for measuring inside|a lid with a vent|riveted handles|three layers of steel',
        },
        {
          name: 'Kitchen Knives',
          noun: "Chef's Knife",
          price: [14, 219],
          attrs: {
            blade_length: '16 cm|18 cm|20 cm|24 cm',
            steel: 'X50CrMoV15|VG-10|Damascus|Stainless',
            handle: 'Walnut|Oak|Polymer',
            hardness: '56 HRC|58 HRC|60 HRC|62 HRC',
          },
          named: ['blade_length'],
          varies: 'blade_length',
          features: 'a blade ground by hand|a good balance|a handle that does not slip|a box for keeping it',
        },
        {
          name: 'Food Storage',
          noun: 'Food Container',
          price: [6, 59],
          attrs: {
            capacity: '0.4..3.2/0.4 l',
            material: 'Glass|Plastic|Stainless steel',
            pieces: '1|3|5|10',
            microwave: 'Yes|No',
          },
          named: ['capacity', 'material'],
          varies: 'capacity',
          features: 'a lid that closes tight|a shape that stacks|a seal you can take out|room for a date',
        },
      ],
    },
    {
      name: 'Household',
      leaves: [
        {
          name: 'Bed Linen',
          noun: 'Duvet Cover Set',
          price: [24, 189],
          attrs: {
            size: '135 x 200 cm|155 x 220 cm|200 x 200 cm|240 x 220 cm',
            material: 'Cotton|Linen|Satin|Flannel',
            color: 'White|Grey|Sand|Navy|Sage|Terracotta',
            thread_count: '144|200|300|400',
          },
          named: ['size', 'material'],
          varies: 'size',
          features:
            'a hidden zip|a soft hand from the first night|yarn from organic fibres|colours that stay',
        },
        {
          name: 'Towels',
          noun: 'Bath Towel',
          price: [8, 59],
          attrs: {
            size: '50 x 100 cm|70 x 140 cm|100 x 150 cm',
            color: 'White|Grey|Sand|Navy|Sage|Terracotta|Anthracite',
            weight: '400 g/m²|500 g/m²|600 g/m²',
            material: 'Cotton|Bamboo blend',
          },
          named: ['size'],
          varies: 'color',
          features: 'a loop for hanging|loops that dry fast|a woven border|a thick pile',
        },
        {
          name: 'Candles',
          noun: 'Scented Candle',
          price: [6, 49],
          attrs: {
            scent: 'Cedar|Fig|Lavender|Vanilla|Sea Salt|Orange Blossom|Amber',
            burn_time: '20..80/10 h',
            wax: 'Soy|Beeswax|Rapeseed',
          },
          named: ['scent'],
          varies: 'scent',
          features: 'a glass to use again|a cotton wick|a scent that does not crowd the room',
        },
      ],
    },
  ],
}
