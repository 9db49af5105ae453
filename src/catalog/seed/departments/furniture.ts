/** Department of the synthetic shop: furniture and lighting. */
import type { Department } from '../shop.ts'

export const FURNITURE: Department = {
  name: 'Furniture & Lighting',
  code: 'FUR',
  brands: 'Nordhus|Alder & Row|Stillwater Living|Kvist|Maison Perrin|Timberline Rooms|Ovalo|Lanternist',
  lines: 'Fjord|Loft|Hygge|Malmo|Strand|Arc|Linea|Cove|Birk|Sund',
  closings:
    'Delivered to the room you choose.|Wood from forests that are replanted.|Old furniture is taken back.|Samples of all finishes are free.',
  groups: [
    {
      name: 'Living Room',
      leaves: [
        {
          name: 'Sofas',
          noun: 'Sofa',
          price: [349, 2199],
          attrs: {
            seats: '2 seats|3 seats|4 seats',
            upholstery: 'Fabric|Velvet|Leather|Bouclé',
            color: 'Grey|Beige|Green|Blue|Cognac|Charcoal',
            width: '150..280/10 cm',
            frame: 'Beech|Pine|Steel',
          },
          named: ['seats', 'upholstery'],
          varies: 'color',
          features: 'covers that can be washed|deep seats|a storage box below|legs that screw off',
        },
        {
          name: 'Coffee Tables',
          noun: 'Coffee Table',
          price: [59, 549],
          attrs: {
            material: 'Oak|Walnut|Marble|Glass|Metal',
            shape: 'Round|Oval|Square|Rectangular',
            height: '36..50/2 cm',
            diameter: '50..110/10 cm',
          },
          named: ['shape', 'material'],
          varies: 'material',
          features:
            'a shelf for magazines|edges that are rounded|an oiled surface|feet that protect the floor',
        },
        {
          name: 'Bookcases',
          noun: 'Bookcase',
          price: [69, 749],
          attrs: {
            material: 'Oak|Pine|Walnut|Steel|White lacquer',
            shelves: '3 shelves|4 shelves|5 shelves|6 shelves',
            height: '90..220/10 cm',
            max_load: '15..40/5 kg',
          },
          named: ['shelves'],
          varies: 'material',
          features: 'shelves that can be moved|a fixing for the wall|a back that hides cables|thick boards',
        },
      ],
    },
    {
      name: 'Bedroom & Dining',
      leaves: [
        {
          name: 'Beds',
          noun: 'Bed Frame',
          price: [149, 1299],
          attrs: {
            size: '90 x 200 cm|140 x 200 cm|160 x 200 cm|180 x 200 cm',
            material: 'Oak|Pine|Metal|Upholstered',
            headboard: 'With headboard|Without headboard',
            storage: 'Drawers|None',
          },
          named: ['size', 'material'],
          varies: 'size',
          features:
            'slats in the box|a height that is easy to get out of|a frame that does not creak|space below for boxes',
        },
        {
          name: 'Mattresses',
          noun: 'Mattress',
          price: [99, 1199],
          attrs: {
            size: '90 x 200 cm|140 x 200 cm|160 x 200 cm|180 x 200 cm',
            type: 'Cold foam|Pocket spring|Memory foam|Latex',
            firmness: 'Soft|Medium|Firm',
            height: '16..30/2 cm',
          },
          named: ['size', 'type'],
          varies: 'size',
          features:
            'seven zones|a cover that can be washed at 60 degrees|handles for turning|a trial of 100 nights',
        },
        {
          name: 'Dining Chairs',
          noun: 'Dining Chair',
          price: [39, 349],
          attrs: {
            color: 'Black|White|Oak|Green|Grey|Mustard',
            material: 'Wood|Plastic|Velvet|Leather',
            seat_height: '44..48/1 cm',
            set: 'Single|Set of 2|Set of 4',
          },
          named: ['material', 'set'],
          varies: 'color',
          features: 'a curved back|a padded seat|chairs that stack|felt under the legs',
        },
        {
          name: 'Office Chairs',
          noun: 'Office Chair',
          price: [79, 899],
          attrs: {
            color: 'Black|Grey|Blue|Green',
            upholstery: 'Mesh|Fabric|Leather',
            max_load: '110..150/10 kg',
            armrests: 'Fixed|2D|4D|None',
            headrest: 'Yes|No',
          },
          named: ['upholstery'],
          varies: 'color',
          features:
            'a lumbar support|a seat that slides|castors for hard floors|a back that follows your movement',
        },
      ],
    },
    {
      name: 'Lighting',
      leaves: [
        {
          name: 'Ceiling Lights',
          noun: 'Pendant Light',
          price: [29, 459],
          attrs: {
            color: 'Black|White|Brass|Copper|Smoke',
            material: 'Glass|Metal|Rattan|Paper|Linen',
            diameter: '20..60/5 cm',
            socket: 'E27|E14|GU10|LED built in',
          },
          named: ['material'],
          varies: 'color',
          features: 'a cable you can shorten|a warm light|a canopy that covers the hook|a shade made by hand',
        },
        {
          name: 'Floor Lamps',
          noun: 'Floor Lamp',
          price: [39, 399],
          attrs: {
            color: 'Black|White|Brass|Oak',
            height: '120..180/10 cm',
            socket: 'E27|E14|LED built in',
            dimmable: 'Yes|No',
          },
          varies: 'color',
          features: 'a switch for the foot|a heavy base|a head that turns|a reading arm',
        },
      ],
    },
  ],
}
