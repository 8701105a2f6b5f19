create table airport (code varchar(3) primary key, name varchar(100));
