"""Functions created in PostgreSQL by a migration and in SQLite by every connection. No queries."""

# Microseconds since 1970 UTC of a text, by the rules of rules.instants.parse_instant; NULL for any other text.
# No cast and no exception block: neither may fail on stored text, and a block costs a subtransaction each time.
# The pattern captures nothing and the parts are cut out by place: captures take thirty times as long.
CREATE_INSTANT = r"""
CREATE FUNCTION tmf_instant(value text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    years int;
    months int;
    days int;
    hours int := 0;
    minutes int := 0;
    seconds int := 0;
    micros int := 0;
    ahead int := 0;
    rest text;
    digits int;
BEGIN
    IF value COLLATE "C" !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?'
        '[ \t\n\r\f\v]?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$'
    THEN
        RETURN NULL;
    END IF;
    years := substr(value, 1, 4);
    months := substr(value, 6, 2);
    days := substr(value, 9, 2);
    IF length(value) > 10 THEN
        hours := substr(value, 12, 2);
        minutes := substr(value, 15, 2);
        rest := substr(value, 17);
        IF left(rest, 1) = ':' THEN
            seconds := substr(rest, 2, 2);
            rest := substr(rest, 4);
            IF left(rest, 1) IN ('.', ',') THEN
                rest := substr(rest, 2);
                digits := length(rest) - length(ltrim(rest, '0123456789'));
                micros := rpad(left(rest, least(digits, 6)), 6, '0');
                rest := substr(rest, digits + 1);
            END IF;
        END IF;
        rest := ltrim(replace(rest, ':', ''), E' \t\n\r\f\v');
        IF length(rest) > 1 THEN
            ahead := substr(rest, 2, 2)::int * 3600 + rpad(substr(rest, 4, 2), 2, '0')::int * 60;
            IF left(rest, 1) = '-' THEN
                ahead := -ahead;
            END IF;
        END IF;
    END IF;
    IF years < 1 OR months NOT BETWEEN 1 AND 12 OR hours > 23 OR minutes > 59 OR seconds > 60 OR days < 1
        OR days > (CASE WHEN months IN (4, 6, 9, 11) THEN 30 WHEN months <> 2 THEN 31
            WHEN years % 4 = 0 AND (years % 100 <> 0 OR years % 400 = 0) THEN 29 ELSE 28 END)
    THEN
        RETURN NULL;
    END IF;
    RETURN ((make_date(years, months, days) - DATE '1970-01-01')::bigint * 86400
        + hours * 3600 + minutes * 60 + seconds - ahead) * 1000000 + micros;
END
$$
"""
DROP_INSTANT = "DROP FUNCTION tmf_instant(text)"

CREATE = (CREATE_INSTANT,)
DROP = (DROP_INSTANT,)
