/** Department of the synthetic shop: computers and office. */
import { COLORS, type Department } from '../shop.ts'

export const COMPUTERS: Department = {
  name: 'Computers & Office',
  code: 'COM',
  brands:
    'Corvane|Bytefield|Ostrava Labs|Merovia|Stackwell|Inkline|Zephyra|Northgate Systems|Paperdale|Lynqs',
  lines: 'Core|Slate|Prime|Studio|Fusion|Swift|Matrix|Ledger|Ion|Flow',
  closings:
    'Made for long working days.|Spare parts are kept for five years.|Returns are free for 30 days.|Packed without plastic.',
  groups: [
    {
      name: 'Computers',
      leaves: [
        {
          name: 'Laptops',
          noun: 'Laptop',
          price: [349, 2399],
          attrs: {
            color: 'Silver|Grey|Black|Blue',
            screen_size: '13.3"|14"|15.6"|16"|17.3"',
            processor: 'Quad-core|Hexa-core|Octa-core|12-core',
            ram: '8 GB|16 GB|32 GB|64 GB',
            storage: '256 GB SSD|512 GB SSD|1 TB SSD|2 TB SSD',
            weight: '1.0..2.6/0.2 kg',
          },
          named: ['screen_size', 'ram', 'storage'],
          varies: 'storage',
          features:
            'a bright matte display|a backlit keyboard|a full day of battery|a metal case|two USB-C ports that charge it',
        },
        {
          name: 'Tablets',
          noun: 'Tablet',
          price: [119, 899],
          attrs: {
            color: 'Grey|Silver|Blue|Rose',
            screen_size: '8.7"|10.4"|11"|12.4"',
            storage: '64 GB|128 GB|256 GB|512 GB',
            ram: '4 GB|6 GB|8 GB',
            connectivity: 'Wi-Fi|Wi-Fi + 5G',
          },
          named: ['screen_size', 'storage'],
          varies: 'storage',
          features:
            'a laminated display|four speakers|a pen that snaps on|a profile for children|a thin aluminium body',
        },
        {
          name: 'Monitors',
          noun: 'Monitor',
          price: [99, 1199],
          attrs: {
            screen_size: '22"|24"|27"|32"|34"',
            resolution: 'Full HD|QHD|4K UHD|UWQHD',
            refresh_rate: '60 Hz|75 Hz|100 Hz|144 Hz|165 Hz',
            panel: 'IPS|VA|OLED',
            connections: 'HDMI|DisplayPort|USB-C',
          },
          named: ['screen_size', 'resolution'],
          varies: 'screen_size',
          features:
            'a stand that turns and lifts|a flicker-free backlight|thin edges on three sides|a built-in USB hub|true colours out of the box',
        },
      ],
    },
    {
      name: 'Accessories',
      leaves: [
        {
          name: 'Keyboards',
          noun: 'Keyboard',
          price: [19, 199],
          attrs: {
            color: 'Black|White|Grey|Lavender',
            connection: 'Wired|Bluetooth|2.4 GHz wireless',
            switches: 'Membrane|Mechanical linear|Mechanical tactile|Scissor',
            size: 'Full size|Tenkeyless|75 %|60 %',
            backlight: 'None|White|RGB',
          },
          named: ['connection', 'size'],
          varies: 'color',
          features:
            'keys that stay quiet|a wrist rest|keycaps that do not wear shiny|a battery for half a year|a volume wheel',
        },
        {
          name: 'Mice',
          noun: 'Mouse',
          price: [9, 129],
          attrs: {
            color: COLORS,
            connection: 'Wired|Bluetooth|2.4 GHz wireless',
            resolution: '1600 dpi|3200 dpi|8000 dpi|16000 dpi|26000 dpi',
            buttons: '3|5|7|9',
            hand: 'Right|Left|Both',
          },
          named: ['connection'],
          varies: 'color',
          features:
            'a grip that fits the palm|silent clicks|a wheel that spins freely|a sensor that works on glass|a place for the receiver',
        },
        {
          name: 'External Drives',
          noun: 'Portable SSD',
          price: [49, 399],
          attrs: {
            capacity: '500 GB|1 TB|2 TB|4 TB',
            interface: 'USB 3.2 Gen 1|USB 3.2 Gen 2|USB4',
            read_speed: '550 MB/s|1050 MB/s|2000 MB/s',
            color: 'Black|Blue|Grey',
          },
          named: ['capacity'],
          varies: 'capacity',
          features:
            'a shell that survives a fall of two metres|hardware encryption|a cable for USB-C and USB-A|a weight below 60 g',
        },
        {
          name: 'Routers',
          noun: 'Wi-Fi Router',
          price: [45, 449],
          attrs: {
            wifi: 'Wi-Fi 5|Wi-Fi 6|Wi-Fi 6E|Wi-Fi 7',
            lan_ports: '2|4|8',
            coverage: '80..240/40 m²',
            color: 'White|Black',
          },
          named: ['wifi'],
          varies: 'color',
          features: 'an app for parents|a guest network|mesh with a second unit|antennas inside the case',
        },
      ],
    },
    {
      name: 'Office',
      leaves: [
        {
          name: 'Printers',
          noun: 'Printer',
          price: [69, 649],
          attrs: {
            technology: 'Inkjet|Laser|Ink tank',
            functions: 'Print|Print, scan, copy|Print, scan, copy, fax',
            print_speed: '12..40/4 ppm',
            color: 'White|Black',
            duplex: 'Yes|No',
          },
          named: ['technology'],
          varies: 'color',
          features:
            'a paper tray for 250 sheets|printing from your phone|a colour touch screen|low cost per page',
        },
        {
          name: 'Paper & Notebooks',
          noun: 'Notebook',
          price: [2.5, 24],
          attrs: {
            format: 'A4|A5|A6|B5',
            ruling: 'Ruled|Squared|Dotted|Blank',
            sheets: '80|96|120|192',
            paper_weight: '80 g/m²|90 g/m²|100 g/m²',
            color: 'Black|Navy|Olive|Burgundy|Sand',
          },
          named: ['format', 'ruling'],
          varies: 'color',
          features:
            'paper that takes fountain ink|a ribbon and a pocket|rounded corners|a binding that lies flat',
        },
        {
          name: 'Desk Lamps',
          noun: 'Desk Lamp',
          price: [22, 169],
          attrs: {
            color: 'Black|White|Silver|Brass',
            brightness: '300..1000/100 lm',
            colour_temperature: '2700 K|4000 K|2700 to 6500 K',
            power: '6..14/2 W',
          },
          varies: 'color',
          features:
            'five levels of brightness|an arm that stays where you put it|a USB port in the foot|a timer',
        },
      ],
    },
  ],
}
