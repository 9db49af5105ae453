/** Department of the synthetic shop: toys, games and baby. */
import type { Department } from '../shop.ts'

export const TOYS: Department = {
  name: 'Toys & Baby',
  code: 'TOY',
  brands: 'Tumblewood|Pip & Pebble|Lirumlarum|Kobold Games|Starling Toys|Bumbleton|Nestling|Quizmaster House',
  lines: 'Junior|Adventure|Wonder|Little|Explorer|Story|Rainbow|Forest',
  closings:
    'Tested to EN 71.|Makes a good present.|Missing pieces are replaced for free.|Packed without plastic.',
  groups: [
    {
      name: 'Toys',
      leaves: [
        {
          name: 'Building Blocks',
          noun: 'Building Set',
          price: [9, 199],
          attrs: {
            pieces: '40 pieces|80 pieces|120 pieces|250 pieces|500 pieces|1000 pieces',
            age: 'from 1 year|from 3 years|from 6 years|from 9 years',
            material: 'Beech|Maple|Plastic|Magnetic',
            theme: 'Castle|City|Farm|Space|Free building',
          },
          named: ['pieces', 'theme'],
          varies: 'pieces',
          features: 'blocks that fit other sets|a book of ideas|a bag for tidying up|colours on a water base',
        },
        {
          name: 'Soft Toys',
          noun: 'Soft Toy',
          price: [7, 79],
          attrs: {
            animal: 'Bear|Rabbit|Fox|Elephant|Owl|Dinosaur|Sloth',
            height: '15..60/5 cm',
            material: 'Plush|Organic cotton|Linen',
            age: 'from birth|from 1 year|from 3 years',
          },
          named: ['animal', 'height'],
          varies: 'animal',
          features: 'eyes that are stitched|a fur that can be washed|long arms for carrying|a bell inside',
        },
        {
          name: 'Toy Vehicles',
          noun: 'Toy Vehicle',
          price: [6, 129],
          attrs: {
            type: 'Fire engine|Train|Excavator|Racing car|Tractor|Aeroplane',
            scale: '1:16|1:24|1:43|1:64',
            drive: 'Push along|Friction|Remote control',
            age: 'from 1 year|from 3 years|from 6 years',
          },
          named: ['type'],
          varies: 'type',
          features:
            'wheels that roll quietly|doors that open|sounds that can be switched off|parts of solid wood',
        },
        {
          name: 'Dolls',
          noun: 'Doll',
          price: [14, 119],
          attrs: {
            height: '25..50/5 cm',
            hair: 'Blond|Brown|Black|Red',
            body: 'Soft body|Vinyl|Fabric',
            age: 'from 1 year|from 3 years',
          },
          named: ['height'],
          varies: 'hair',
          features: 'clothes that come off|hair that can be combed|eyes that close|a cradle of cardboard',
        },
      ],
    },
    {
      name: 'Games & Puzzles',
      leaves: [
        {
          name: 'Board Games',
          noun: 'Board Game',
          price: [12, 99],
          attrs: {
            players: '1 to 4 players|2 to 4 players|2 to 5 players|2 to 6 players|3 to 8 players',
            play_time: '15 min|30 min|45 min|60 min|90 min|120 min',
            age: 'from 6 years|from 8 years|from 10 years|from 12 years|from 14 years',
            genre: 'Strategy|Family|Party|Cooperative|Quiz',
          },
          named: ['genre', 'players'],
          varies: 'genre',
          features: 'rules on two pages|a solo mode|parts of wood|a box with places for everything',
        },
        {
          name: 'Jigsaw Puzzles',
          noun: 'Jigsaw Puzzle',
          price: [8, 59],
          attrs: {
            pieces: '24 pieces|100 pieces|300 pieces|500 pieces|1000 pieces|2000 pieces',
            motif: 'Harbour|Mountains|Old map|Cats|Botanical|Night sky|Market',
            size: '36 x 49 cm|49 x 68 cm|68 x 98 cm',
            material: 'Cardboard|Wood',
          },
          named: ['pieces', 'motif'],
          varies: 'motif',
          features: 'pieces that click|a poster of the picture|a surface that does not shine',
        },
      ],
    },
    {
      name: 'Baby',
      leaves: [
        {
          name: 'Prams',
          noun: 'Pram',
          price: [199, 1299],
          attrs: {
            color: 'Grey|Black|Navy|Sage|Sand',
            weight: '7..15/1 kg',
            max_load: '15 kg|22 kg|25 kg',
            wheels: 'Air|Foam|Rubber',
          },
          varies: 'color',
          features: 'a seat that turns round|a fold with one hand|a basket for shopping|a hood with a window',
        },
        {
          name: 'Baby Monitors',
          noun: 'Baby Monitor',
          price: [29, 299],
          attrs: {
            type: 'Audio|Video',
            range: '250..500/50 m',
            screen_size: 'None|2.8"|3.5"|5"',
            battery_life: '8..24/4 h',
          },
          named: ['type'],
          varies: 'screen_size',
          features: 'a night light|a voice back to the cot|a room thermometer|no radio while all is quiet',
        },
      ],
    },
  ],
}
