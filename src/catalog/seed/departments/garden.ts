/** Department of the synthetic shop: garden and outdoor. */
import type { Department } from '../shop.ts'

export const GARDEN: Department = {
  name: 'Garden & Outdoor',
  code: 'GAR',
  brands: 'Greenhollow|Rootstock|Fernandale|Oakmere|Terravine|Pondside|Wildermann|Sunpatch',
  lines: 'Meadow|Grove|Harvest|Evergreen|Bloom|Field|Orchard|Moss',
  closings:
    'Made to stay outside all year.|Spare parts are in our shop.|Tested by a club of gardeners.|Looks good after many summers.',
  groups: [
    {
      name: 'Garden Tools',
      leaves: [
        {
          name: 'Lawn Mowers',
          noun: 'Lawn Mower',
          price: [99, 1499],
          attrs: {
            drive: 'Cordless|Electric|Petrol|Robot|Manual',
            cutting_width: '30 cm|34 cm|40 cm|46 cm|53 cm',
            grass_box: '25..70/5 l',
            lawn_area: '200..1200/100 m²',
          },
          named: ['drive', 'cutting_width'],
          varies: 'cutting_width',
          features:
            'six cutting heights|a handle that folds|a mulching insert|blades that cut close to the edge',
        },
        {
          name: 'Hedge Trimmers',
          noun: 'Hedge Trimmer',
          price: [45, 389],
          attrs: {
            drive: 'Cordless|Electric|Petrol',
            blade_length: '45 cm|50 cm|55 cm|60 cm|65 cm',
            voltage: '18 V|20 V|36 V|40 V',
            weight: '2.2..4.2/0.2 kg',
          },
          named: ['drive', 'blade_length'],
          varies: 'blade_length',
          features: 'blades cut by laser|a grip that turns|a shield for the hand|little vibration',
        },
        {
          name: 'Garden Hoses',
          noun: 'Garden Hose',
          price: [12, 119],
          attrs: {
            length: '10 m|15 m|20 m|25 m|30 m|50 m',
            diameter: '1/2"|5/8"|3/4"',
            burst_pressure: '20 bar|24 bar|30 bar',
            color: 'Green|Grey|Orange',
          },
          named: ['length', 'diameter'],
          varies: 'length',
          features:
            'a braid that stops kinks|fittings in the box|a wall free of phthalates|a nozzle with five patterns',
        },
        {
          name: 'Pruning Shears',
          noun: 'Pruning Shears',
          price: [9, 89],
          attrs: {
            type: 'Bypass|Anvil|Ratchet',
            cutting_diameter: '16..28/2 mm',
            blade: 'Carbon steel|Stainless steel|Coated steel',
            hand: 'Right|Left|Both',
          },
          named: ['type'],
          varies: 'cutting_diameter',
          features:
            'a catch for one hand|blades that can be exchanged|a sap groove|handles of forged aluminium',
        },
      ],
    },
    {
      name: 'Outdoor Living',
      leaves: [
        {
          name: 'Garden Chairs',
          noun: 'Garden Chair',
          price: [25, 279],
          attrs: {
            color: 'Anthracite|White|Teak|Green|Sand',
            material: 'Aluminium|Teak|Acacia|Steel|Resin',
            max_load: '100..160/10 kg',
            foldable: 'Yes|No',
          },
          named: ['material'],
          varies: 'color',
          features: 'a back with five positions|a fabric that dries fast|chairs that stack|an oiled finish',
        },
        {
          name: 'Barbecues',
          noun: 'Barbecue',
          price: [39, 1299],
          attrs: {
            fuel: 'Charcoal|Gas|Electric|Pellet',
            cooking_area: '40 x 30 cm|50 x 40 cm|60 x 45 cm|75 x 50 cm',
            burners: '1|2|3|4',
            color: 'Black|Stainless Steel|Red',
          },
          named: ['fuel'],
          varies: 'color',
          features: 'a thermometer in the lid|a cast iron grate|side tables that fold|an ash box',
        },
        {
          name: 'Parasols',
          noun: 'Parasol',
          price: [35, 459],
          attrs: {
            diameter: '2.0 m|2.5 m|3.0 m|3.5 m',
            color: 'Sand|Anthracite|Terracotta|Green|Navy',
            uv_protection: 'UPF 30|UPF 50+',
            shape: 'Round|Square|Rectangular',
          },
          named: ['diameter'],
          varies: 'color',
          features: 'a crank|a top for the wind|a pole that tilts|a cover for the winter',
        },
        {
          name: 'Planters',
          noun: 'Planter',
          price: [8, 159],
          attrs: {
            diameter: '15..60/5 cm',
            color: 'Terracotta|Anthracite|White|Grey|Sage',
            material: 'Clay|Fibre cement|Zinc|Recycled plastic',
            drainage: 'Yes|No',
          },
          named: ['diameter', 'material'],
          varies: 'diameter',
          features: 'a saucer|a water level|walls that stand frost|a light weight for its size',
        },
        {
          name: 'Tents',
          noun: 'Tent',
          price: [49, 799],
          attrs: {
            persons: '1 person|2 persons|3 persons|4 persons|6 persons',
            season: '2 seasons|3 seasons|4 seasons',
            water_column: '2000 mm|3000 mm|5000 mm',
            weight: '1.4..8.6/0.4 kg',
            color: 'Green|Sand|Orange|Grey',
          },
          named: ['persons'],
          varies: 'color',
          features: 'a porch for boots|seams that are taped|poles with colours that match|a floor like a tub',
        },
      ],
    },
  ],
}
