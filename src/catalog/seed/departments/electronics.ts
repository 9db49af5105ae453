/** Department of the synthetic shop: electronics. */
import { COLORS, type Department } from '../shop.ts'

export const ELECTRONICS: Department = {
  name: 'Electronics',
  code: 'ELE',
  brands:
    'Novaro|Kestrion|Lumatek|Orbisonic|Vantry|Helioptic|Pulsar & Finch|Tessaro|Quantal|Brightwell Audio',
  lines: 'Aurora|Pulse|Vertex|Echo|Nimbus|Cadence|Spectra|Horizon|Atlas|Drift',
  closings:
    'Set up in minutes, with a quick start guide in the box.|Two years of warranty are included.|Support answers within a day.|The packaging is plastic free.',
  groups: [
    {
      name: 'Audio',
      leaves: [
        {
          name: 'Headphones',
          noun: 'Wireless Headphones',
          price: [29, 379],
          attrs: {
            color: COLORS,
            wearing_style: 'Over-ear|On-ear',
            battery_life: '20..60/5 h',
            noise_cancelling: 'Active|Passive|None',
            bluetooth_version: '5.0|5.2|5.3|5.4',
            weight: '180..320/10 g',
          },
          named: ['wearing_style'],
          varies: 'color',
          features:
            'soft memory foam ear cushions|a balanced, detailed sound|a microphone array for clear calls|a foldable frame|multipoint pairing for two devices',
        },
        {
          name: 'Earbuds',
          noun: 'True Wireless Earbuds',
          price: [19, 249],
          attrs: {
            color: COLORS,
            battery_life: '4..10/1 h',
            water_resistance: 'IPX4|IPX5|IP55|IPX7',
            noise_cancelling: 'Active|Passive',
            bluetooth_version: '5.2|5.3|5.4',
          },
          varies: 'color',
          features:
            'a pocket-sized charging case|three sizes of silicone tips|touch controls|a transparency mode|a quick charge of ten minutes for two hours',
        },
        {
          name: 'Portable Speakers',
          noun: 'Bluetooth Speaker',
          price: [25, 299],
          attrs: {
            color: COLORS,
            output_power: '10..80/10 W',
            battery_life: '8..24/2 h',
            water_resistance: 'IPX5|IPX7|IP67',
            weight: '0.4..2.8/0.2 kg',
          },
          named: ['output_power'],
          varies: 'color',
          features:
            'a deep bass from two passive radiators|a rugged fabric cover|stereo pairing|a carrying strap|a USB-C port that charges your phone',
        },
        {
          name: 'Soundbars',
          noun: 'Soundbar',
          price: [89, 899],
          attrs: {
            color: 'Black|Grey|White',
            channels: '2.0|2.1|3.1|5.1.2',
            output_power: '80..480/40 W',
            connections: 'HDMI eARC|HDMI ARC|Optical',
            width: '60..120/10 cm',
          },
          named: ['channels'],
          varies: 'color',
          features:
            'a wireless subwoofer|a night mode|a voice mode that lifts dialogue|wall mounts in the box|automatic room tuning',
        },
      ],
    },
    {
      name: 'TV & Video',
      leaves: [
        {
          name: 'Televisions',
          noun: 'TV',
          price: [219, 2499],
          attrs: {
            screen_size: '32"|43"|50"|55"|65"|75"',
            panel: 'LED|QLED|OLED|Mini-LED',
            resolution: 'Full HD|4K UHD|8K UHD',
            refresh_rate: '60 Hz|100 Hz|120 Hz|144 Hz',
            hdmi_ports: '2|3|4',
            energy_class: 'E|F|G',
          },
          named: ['screen_size', 'panel', 'resolution'],
          varies: 'screen_size',
          features:
            'a slim frame|a low-lag game mode|a remote with a microphone|deep contrast in dark scenes|all common streaming apps',
        },
        {
          name: 'Projectors',
          noun: 'Projector',
          price: [149, 1899],
          attrs: {
            color: 'White|Black|Grey',
            brightness: '400..3600/400 lm',
            resolution: 'HD|Full HD|4K UHD',
            throw: 'Short throw|Standard',
            light_source: 'LED|Laser|Lamp',
          },
          named: ['resolution'],
          varies: 'color',
          features:
            'automatic keystone correction|a quiet fan|built-in speakers|a tripod thread|a sharp picture up to the corners',
        },
        {
          name: 'Streaming Players',
          noun: 'Streaming Player',
          price: [29, 199],
          attrs: {
            color: 'Black|White',
            resolution: 'Full HD|4K UHD',
            storage: '8 GB|16 GB|32 GB',
            wifi: 'Wi-Fi 5|Wi-Fi 6',
          },
          named: ['resolution'],
          varies: 'color',
          features: 'a voice remote|a fast processor|an HDMI cable in the box|a private listening mode',
        },
      ],
    },
    {
      name: 'Cameras & Wearables',
      leaves: [
        {
          name: 'Action Cameras',
          noun: 'Action Camera',
          price: [79, 549],
          attrs: {
            color: 'Black|Grey|Orange',
            video_resolution: '2.7K|4K|5.3K',
            waterproof_depth: '5 m|10 m|18 m',
            stabilisation: 'Electronic|Horizon lock',
            weight: '90..170/10 g',
          },
          named: ['video_resolution'],
          varies: 'color',
          features:
            'two colour screens|a wide-angle lens|mounts for helmet and bike|slow motion at 240 frames|a battery that is easy to change',
        },
        {
          name: 'Smart Watches',
          noun: 'Smart Watch',
          price: [59, 499],
          attrs: {
            color: 'Black|Silver|Rose Gold|Navy|Sand',
            case_size: '40 mm|42 mm|44 mm|46 mm',
            battery_life: '2..14/2 days',
            gps: 'Yes|No',
            strap_material: 'Silicone|Leather|Steel',
          },
          named: ['case_size'],
          varies: 'color',
          features:
            'a bright always-on display|heart rate and sleep tracking|more than 90 sports modes|a scratch-resistant glass|payments from the wrist',
        },
      ],
    },
  ],
}
