-- What stands in the records, word by word: in a file of its own, so that indexing holds nobody up
-- who stores, and can be done again from the records at any time.

-- `labels` has one word for the client and one for each field that a list can be filtered by; `rowid`
-- is the record's `seq`.
CREATE VIRTUAL TABLE record_text USING fts5(
    labels, text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE progress (indexed_through INTEGER NOT NULL) STRICT;
INSERT INTO progress VALUES (0);
