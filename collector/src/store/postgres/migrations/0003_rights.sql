-- Who may do what. Records are read by the role epilogue_reader alone, and that sees the clients that
-- were named in its transaction: `epilogue.client` names one, and `epilogue.everyone` is 'on' for those
-- who may see all. Where neither is set it sees nothing. Nor does the owner of the tables, who migrates
-- them.

-- The numbers of records are not the writer's to choose.
GRANT USAGE ON SCHEMA epilogue TO epilogue_writer, epilogue_reader;
GRANT USAGE, SELECT ON SEQUENCE record_seq TO epilogue_writer;
GRANT SELECT ON SEQUENCE record_seq TO epilogue_reader;

-- Of records the writer sees what makes each of them one, and what its sums and the newest state of
-- tickets, events and losses are kept from.
GRANT INSERT ON workflow_logs, payloads, record_words TO epilogue_writer;
GRANT SELECT (seq, client_id, record_id, recorded_at) ON workflow_logs TO epilogue_writer;
GRANT SELECT (seq, recorded_at) ON record_words TO epilogue_writer;
GRANT INSERT ON errors TO epilogue_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON unindexed TO epilogue_writer;
GRANT INSERT ON sync_attempts TO epilogue_writer;
GRANT SELECT, INSERT ON clients, rollup_groups TO epilogue_writer;
GRANT SELECT, INSERT, UPDATE ON sync_tickets, webhook_events, rollups, attempt_sums, webhook_sums,
    parsing_sums TO epilogue_writer;
GRANT SELECT, INSERT, DELETE ON rollup_parts, attempt_parts, webhook_parts, parsing_parts
    TO epilogue_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON producer_losses TO epilogue_writer;

-- Keys and people are the writer's alone.
GRANT SELECT, INSERT, UPDATE ON api_keys, users, counters TO epilogue_writer;
GRANT SELECT ON secrets TO epilogue_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON key_uses, recovery_codes, sessions, login_attempts
    TO epilogue_writer;

GRANT SELECT ON workflow_logs, payloads, clients, errors, producer_losses, rollup_groups, rollups,
    rollup_parts, sync_attempts, attempt_sums, attempt_parts, sync_tickets, webhook_events,
    webhook_sums, webhook_parts, parsing_sums, parsing_parts TO epilogue_reader;

DO $$
DECLARE
    own text;
BEGIN
    FOREACH own IN ARRAY ARRAY['workflow_logs', 'payloads', 'record_words', 'clients', 'errors',
        'producer_losses', 'rollup_groups', 'rollups', 'rollup_parts', 'sync_attempts',
        'attempt_sums', 'attempt_parts', 'sync_tickets', 'webhook_events', 'webhook_sums',
        'webhook_parts', 'parsing_sums', 'parsing_parts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', own);
        EXECUTE format('CREATE POLICY of_writer ON %I TO epilogue_writer
            USING (true) WITH CHECK (true)', own);
        -- Asked for once a statement, not once a row.
        EXECUTE format('CREATE POLICY of_reader ON %I FOR SELECT TO epilogue_reader
            USING (client_id = (SELECT current_setting(''epilogue.client'', true))
                OR (SELECT current_setting(''epilogue.everyone'', true)) = ''on'')', own);
    END LOOP;
    -- Keys and users have clients as well, but nobody reads them for one.
    FOREACH own IN ARRAY ARRAY['api_keys', 'users'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', own);
        EXECUTE format('CREATE POLICY of_writer ON %I TO epilogue_writer
            USING (true) WITH CHECK (true)', own);
    END LOOP;
    -- A month of a table is reached through the table alone, whose policies hold then.
    FOREACH own IN ARRAY ARRAY['workflow_logs', 'payloads', 'record_words'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
            own || '_others');
        -- When a month is made, the owner moves what lies among all others, and reads it for that.
        EXECUTE format('CREATE POLICY of_owner ON %I TO epilogue_owner
            USING ((SELECT current_setting(''epilogue.moves'', true)) = ''on'')', own || '_others');
    END LOOP;
END $$;

-- The index of words is read by this alone: PostgreSQL would not look into it for whoever is kept to
-- some of the rows. It keeps to them itself, and tells nothing but places.
CREATE POLICY of_owner ON record_words FOR SELECT TO epilogue_owner USING (true);
CREATE FUNCTION found_words(asked bigint[], low bigint, high bigint, newest_first boolean, most bigint)
RETURNS TABLE (seq bigint, recorded_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = epilogue, pg_temp
    SET enable_seqscan = off SET enable_indexscan = off
AS $$
DECLARE
    client text := current_setting('epilogue.client', true);
    is_all boolean := current_setting('epilogue.everyone', true) = 'on';
BEGIN
    -- Once for each direction, so that neither is planned again for every window. The window is among
    -- what is asked; nothing is read by its number alone, of which the index of words knows nothing.
    IF newest_first THEN
        RETURN QUERY SELECT own.seq, own.recorded_at FROM record_words AS own
            WHERE own.words @> asked AND own.seq + 0 >= low AND own.seq + 0 <= high
                AND (own.client_id = client OR is_all)
            ORDER BY own.seq DESC LIMIT most;
    ELSE
        RETURN QUERY SELECT own.seq, own.recorded_at FROM record_words AS own
            WHERE own.words @> asked AND own.seq + 0 >= low AND own.seq + 0 <= high
                AND (own.client_id = client OR is_all)
            ORDER BY own.seq LIMIT most;
    END IF;
END $$;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA epilogue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION found_words TO epilogue_reader;
GRANT EXECUTE ON FUNCTION user_changed, attempts_told, events_told, events_changed
    TO epilogue_writer;
