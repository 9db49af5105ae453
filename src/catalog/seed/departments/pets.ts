/** Department of the synthetic shop: pets. */
import type { Department } from '../shop.ts'

export const PETS: Department = {
  name: 'Pets',
  code: 'PET',
  brands: 'Barkley & Co|Whiskerwood|Nibbleton|Feathers & Fins|Loyal Paw|Ruffle',
  lines: 'Nature|Active|Snug|Senior|Feast|Play|Trail',
  closings:
    'Chosen with a vet.|Most pets like it at once.|Easy to keep clean.|A part of each sale goes to shelters.',
  groups: [
    {
      name: 'Dogs',
      leaves: [
        {
          name: 'Dog Food',
          noun: 'Dog Food',
          price: [4, 79],
          attrs: {
            flavour: 'Chicken|Beef|Salmon|Lamb|Duck|Insect',
            weight: '0.8 kg|2 kg|5 kg|12 kg',
            age_group: 'Puppy|Adult|Senior',
            type: 'Dry|Wet',
            grain_free: 'Yes|No',
          },
          named: ['flavour', 'weight'],
          varies: 'weight',
          features: 'one source of protein|herbs that help digestion|no added sugar|pieces for small mouths',
        },
        {
          name: 'Dog Leads',
          noun: 'Dog Lead',
          price: [8, 69],
          attrs: {
            length: '1.2 m|2 m|3 m|5 m|8 m',
            material: 'Leather|Nylon|Rope|Biothane',
            color: 'Black|Red|Blue|Green|Orange',
            type: 'Fixed|Adjustable|Retractable',
          },
          named: ['length', 'type'],
          varies: 'color',
          features: 'a clip of brass|threads that reflect|a loop that is padded',
        },
        {
          name: 'Dog Beds',
          noun: 'Dog Bed',
          price: [19, 199],
          attrs: {
            size: '60 x 45 cm|80 x 60 cm|100 x 70 cm|120 x 85 cm',
            filling: 'Memory foam|Polyester|Wool',
            color: 'Grey|Brown|Navy|Sage',
            washable: 'Yes|No',
          },
          named: ['size'],
          varies: 'size',
          features: 'a rim to lay the head on|a cover with a zip|a base that does not slide',
        },
      ],
    },
    {
      name: 'Cats & Small Pets',
      leaves: [
        {
          name: 'Cat Food',
          noun: 'Cat Food',
          price: [2.5, 59],
          attrs: {
            flavour: 'Chicken|Tuna|Salmon|Rabbit|Turkey',
            weight: '85 g|400 g|1.5 kg|4 kg|10 kg',
            age_group: 'Kitten|Adult|Senior',
            type: 'Dry|Wet',
          },
          named: ['flavour', 'weight'],
          varies: 'weight',
          features: 'taurine for the eyes|a sauce they lick first|less ash|a bag that closes',
        },
        {
          name: 'Scratching Posts',
          noun: 'Scratching Post',
          price: [15, 249],
          attrs: {
            height: '50..180/10 cm',
            color: 'Beige|Grey|White|Brown',
            material: 'Sisal|Cardboard|Carpet',
            platforms: '1|2|3|5',
          },
          named: ['height'],
          varies: 'color',
          features:
            'a cave to sleep in|a base that does not tip|posts that can be exchanged|a ball on a spring',
        },
        {
          name: 'Aquariums',
          noun: 'Aquarium',
          price: [39, 649],
          attrs: {
            volume: '20 l|54 l|96 l|180 l|240 l',
            lighting: 'LED|LED with timer',
            filter: 'Inside|Outside|None',
            color: 'Black|White|Oak',
          },
          named: ['volume'],
          varies: 'volume',
          features: 'a cover with a flap|glass with polished edges|a heater in the set|a quiet pump',
        },
      ],
    },
  ],
}
