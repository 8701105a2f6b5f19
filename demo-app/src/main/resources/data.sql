insert into airport (code, city, latitude, longitude) values
  ('ATH', 'Athens',     37.9364, 23.9445),
  ('BER', 'Berlin',     52.3667, 13.5033),
  ('DUB', 'Dublin',     53.4213, -6.2701),
  ('KEF', 'Reykjavik',  63.9850, -22.6056),
  ('LIS', 'Lisbon',     38.7813, -9.1359),
  ('OSL', 'Oslo',       60.1939, 11.1004),
  ('PRG', 'Prague',     50.1008, 14.2600),
  ('VIE', 'Vienna',     48.1103, 16.5697);

insert into tariff (supplier, carrier, base_price, price_per_km) values
  ('aurora',   'AU', 29.00, 0.0950),
  ('borealis', 'BO', 25.00, 0.0810),
  ('cumulus',  'CU', 19.00, 0.0740),
  ('delta',    'DE', 14.00, 0.0660),
  ('eos',      'EO',  9.00, 0.0490);

-- Every supplier flies every route in the morning and, a tenth cheaper, in the evening.
insert into fare (supplier, origin, destination, flight, departure, price, currency)
select t.supplier, o.code, d.code,
  t.carrier || ' ' || (100 + mod(ascii(o.code) * 37 + ascii(d.code) * 11 + ascii(t.supplier) * 7, 800) + f.number),
  f.departure,
  round((t.base_price + t.price_per_km * 6371 * acos(
    sin(radians(o.latitude)) * sin(radians(d.latitude))
    + cos(radians(o.latitude)) * cos(radians(d.latitude)) * cos(radians(o.longitude - d.longitude)))) * f.factor, 2),
  'EUR'
from tariff t
  cross join airport o
  cross join airport d
  cross join (values (0, time '06:40:00', 1.0), (1, time '19:15:00', 0.9)) f (number, departure, factor)
where o.code <> d.code;
