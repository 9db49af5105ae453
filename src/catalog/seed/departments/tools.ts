/** Department of the synthetic shop: tools and do it yourself. */
import type { Department } from '../shop.ts'

export const TOOLS: Department = {
  name: 'Tools & DIY',
  code: 'TOO',
  brands: 'Hammerfeld|Torquist|Boltwright|Kraftnau|Sawyer & Son|Ferrum|Draxon|Millpoint',
  lines: 'Pro|Max|Force|Titan|Site|Bench|Craft|Granite',
  closings:
    'Built for the site, at home in the garage.|Three years of warranty after registration.|Chosen by people who build for a living.|Spare parts are kept for ten years.',
  groups: [
    {
      name: 'Power Tools',
      leaves: [
        {
          name: 'Cordless Drills',
          noun: 'Cordless Drill',
          price: [49, 389],
          attrs: {
            voltage: '12 V|18 V|20 V',
            torque: '30..90/10 Nm',
            chuck: '10 mm|13 mm',
            battery: '2.0 Ah|4.0 Ah|5.0 Ah|Without battery',
            motor: 'Brushless|Brushed',
          },
          named: ['voltage', 'battery'],
          varies: 'battery',
          features: 'a hammer mode|two gears|a light below the chuck|a belt clip|a clutch with 21 steps',
        },
        {
          name: 'Circular Saws',
          noun: 'Circular Saw',
          price: [69, 449],
          attrs: {
            power: '800..2200/200 W',
            blade_diameter: '150 mm|165 mm|190 mm|230 mm',
            cutting_depth: '50..85/5 mm',
            drive: 'Corded|Cordless 18 V',
          },
          named: ['blade_diameter'],
          varies: 'drive',
          features: 'a base of cast magnesium|a port for dust|a stop for bevels|a guide rail in the box',
        },
        {
          name: 'Sanders',
          noun: 'Sander',
          price: [39, 299],
          attrs: {
            type: 'Random orbital|Belt|Detail|Drum',
            power: '150..750/50 W',
            pad: '93 x 93 mm|125 mm|150 mm',
            drive: 'Corded|Cordless 18 V',
          },
          named: ['type'],
          varies: 'drive',
          features: 'a dust box with a filter|speed control|little vibration|paper that sticks and peels',
        },
        {
          name: 'Pressure Washers',
          noun: 'Pressure Washer',
          price: [79, 649],
          attrs: {
            pressure: '110 bar|130 bar|150 bar|180 bar',
            flow: '340..600/20 l/h',
            power: '1400..3000/200 W',
            hose_length: '5 m|6 m|8 m|10 m',
          },
          named: ['pressure'],
          varies: 'pressure',
          features: 'a lance for dirt|a tank for foam|big wheels|a reel for the hose',
        },
      ],
    },
    {
      name: 'Hand Tools & Storage',
      leaves: [
        {
          name: 'Screwdriver Sets',
          noun: 'Screwdriver Set',
          price: [9, 129],
          attrs: {
            pieces: '6 pieces|8 pieces|12 pieces|24 pieces|42 pieces',
            drive_type: 'Phillips|Torx|Slotted|Mixed',
            handle: 'Two-component|Wood|Insulated 1000 V',
            tip: 'Magnetic|Not magnetic',
          },
          named: ['pieces', 'drive_type'],
          varies: 'pieces',
          features: 'a holder for the wall|tips that stay hard|a ratchet|colours for each kind',
        },
        {
          name: 'Socket Sets',
          noun: 'Socket Set',
          price: [29, 349],
          attrs: {
            pieces: '29 pieces|46 pieces|94 pieces|130 pieces|216 pieces',
            drive_size: '1/4"|3/8"|1/2"|Mixed',
            material: 'Chrome vanadium|Chrome molybdenum',
            teeth: '45|72|90',
          },
          named: ['pieces', 'drive_size'],
          varies: 'pieces',
          features:
            'a case with a place for each part|a ratchet that releases fast|sockets for worn nuts|joints that bend',
        },
        {
          name: 'Ladders',
          noun: 'Ladder',
          price: [39, 459],
          attrs: {
            type: 'Step|Telescopic|Multi-purpose|Extension',
            steps: '3 steps|5 steps|7 steps|9 steps|12 steps',
            working_height: '2.4..6.0/0.4 m',
            max_load: '150 kg|225 kg',
          },
          named: ['type', 'steps'],
          varies: 'steps',
          features: 'deep treads|feet that grip|a tray for tools|a lock that closes by itself',
        },
        {
          name: 'Tool Boxes',
          noun: 'Tool Box',
          price: [15, 199],
          attrs: {
            size: '13"|16"|19"|22"',
            material: 'Plastic|Steel|Aluminium',
            compartments: '4|8|12|20',
            wheels: 'Yes|No',
          },
          named: ['size', 'material'],
          varies: 'size',
          features: 'latches of metal|a tray that lifts out|a seal against dust|a handle that extends',
        },
        {
          name: 'Wall Paint',
          noun: 'Wall Paint',
          price: [12, 109],
          attrs: {
            color: 'Pure White|Warm White|Sage|Clay|Midnight|Stone|Blush|Ochre',
            volume: '0.75 l|2.5 l|5 l|10 l',
            finish: 'Matt|Silk|Eggshell',
            coverage: '6..14/1 m²/l',
          },
          named: ['finish', 'volume'],
          varies: 'color',
          features:
            'a coat that covers in one go|hardly any smell|a surface that can be washed|a lid that closes again',
        },
      ],
    },
  ],
}
