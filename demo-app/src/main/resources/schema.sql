create table airport (
  code      char(3)     primary key,
  city      varchar(40) not null,
  latitude  double precision not null,
  longitude double precision not null
);

-- How a supplier makes its prices: the slower one is the cheaper one.
create table tariff (
  supplier    varchar(20)   primary key,
  carrier     char(2)       not null,
  base_price  decimal(8, 2) not null,
  price_per_km decimal(8, 4) not null
);

create table fare (
  id          integer       generated always as identity primary key,
  supplier    varchar(20)   not null references tariff,
  origin      char(3)       not null references airport,
  destination char(3)       not null references airport,
  flight      varchar(8)    not null,
  departure   time          not null,
  price       decimal(8, 2) not null,
  currency    char(3)       not null
);

create index fare_by_route on fare (supplier, origin, destination);

create table audit (
  id          integer       generated always as identity primary key,
  at          timestamp with time zone not null,
  route       varchar(7)    not null,
  mode        varchar(20)   not null,
  budget_ms   bigint        not null,
  elapsed_ms  bigint        not null,
  cancelled   boolean       not null,
  outcome     varchar(200)  not null
);

create table archive (
  id          integer       generated always as identity primary key,
  at          timestamp with time zone not null,
  outcome     varchar(200)  not null
);

-- Whether an instant has come; takes a moment to find out. Makes queries as slow as one likes.
create alias reached for "io.cancelscope.demo.history.SlowRows.reached";
