-- The kinds as tables of their own, for a person with a SQL shell. They show what whoever asks may see:
-- in the role epilogue_reader the records of the client that `epilogue.client` names.

-- A moment that a clock can show; what lies beyond is shown as the nearest.
CREATE FUNCTION moment(millis bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_timestamp(least(greatest(millis, -62135596800000), 253402300799999)::float8 / 1000)
$$;

CREATE VIEW action_logs WITH (security_invoker = true) AS
SELECT
    record_id AS id,
    client_id AS tenant_id,
    moment(executed_at) AS created_at,
    ticket_id,
    environment,
    action_type,
    provider_name,
    status,
    outcome,
    execution_time_seconds * 1000.0 AS execution_time_ms,
    payload #>> '{action,error_message}' AS error_message,
    payload #> '{trace,request_payload}' AS request_payload,
    payload #> '{trace,response_data}' AS response_data,
    payload #> '{trace,metadata}' AS metadata
FROM workflow_logs LEFT JOIN payloads USING (seq, recorded_at, client_id)
WHERE kind = 'action';

CREATE VIEW audit_logs WITH (security_invoker = true) AS
SELECT
    record_id AS id,
    client_id AS tenant_id,
    moment(executed_at) AS created_at,
    user_id,
    action_type AS action,
    resource_type,
    resource_id,
    status,
    outcome,
    payload #> '{audit,changed_fields}' AS changed_fields,
    payload #>> '{audit,ip_address}' AS ip_address,
    payload #>> '{audit,user_agent}' AS user_agent,
    payload #> '{trace,changes,before}' AS before,
    payload #> '{trace,changes,after}' AS after,
    payload #> '{trace,metadata}' AS metadata
FROM workflow_logs LEFT JOIN payloads USING (seq, recorded_at, client_id)
WHERE kind = 'audit';

CREATE VIEW email_activity_log WITH (security_invoker = true) AS
SELECT
    record_id AS id,
    client_id AS tenant_id,
    moment(executed_at) AS created_at,
    entity_id AS email_id,
    event_type,
    event_category,
    outcome,
    user_id,
    payload #>> '{activity,created_by}' AS created_by,
    payload #> '{activity,facts}' AS facts,
    payload #>> '{trace,description}' AS description,
    payload #> '{trace,metadata}' AS metadata
FROM workflow_logs LEFT JOIN payloads USING (seq, recorded_at, client_id)
WHERE kind = 'activity' AND entity_type = 'email';

-- The same along each email's life: which step it was, and how long after the one before.
CREATE VIEW email_timeline WITH (security_invoker = true) AS
SELECT
    record_id AS id,
    client_id AS tenant_id,
    moment(executed_at) AS created_at,
    entity_id AS email_id,
    row_number() OVER life AS step,
    (executed_at - lag(executed_at) OVER life) / 1000.0 AS seconds_since_previous,
    event_type,
    event_category,
    user_id,
    payload #>> '{activity,facts,workflow_name}' AS workflow_name,
    payload #>> '{activity,facts,workflow_status}' AS workflow_status,
    payload #>> '{activity,facts,classification}' AS classification,
    confidence,
    payload #>> '{activity,facts,error_type}' AS error_type,
    payload #>> '{trace,description}' AS description
FROM workflow_logs LEFT JOIN payloads USING (seq, recorded_at, client_id)
WHERE kind = 'activity' AND entity_type = 'email'
WINDOW life AS (PARTITION BY client_id, entity_id ORDER BY executed_at, seq);

CREATE VIEW task_sync_log WITH (security_invoker = true) AS
SELECT
    record_id AS id,
    client_id AS tenant_id,
    recorded_at AS created_at,
    moment(executed_at) AS last_sync_timestamp,
    payload #>> '{task_sync,external_ticket_id}' AS external_ticket_id,
    provider_name AS source_system,
    payload #>> '{task_sync,sync_direction}' AS sync_direction,
    status AS sync_status,
    outcome,
    payload #>> '{task_sync,last_sync_message}' AS last_sync_message,
    payload #>> '{task_sync,related_doc}' AS related_erpnext_doc,
    payload #> '{task_sync,attempts}' AS attempts,
    payload #> '{trace,sync_metadata}' AS sync_metadata
FROM workflow_logs LEFT JOIN payloads USING (seq, recorded_at, client_id)
WHERE kind = 'task_sync';

-- An event has a record for each of its states; it is shown as the newest of them tells.
CREATE VIEW telegram_webhook_event WITH (security_invoker = true) AS
SELECT
    record_id AS id,
    client_id AS tenant_id,
    recorded_at AS created_at,
    entity_id AS event_id,
    payload #>> '{webhook_event,update_id}' AS telegram_update_id,
    payload #>> '{webhook_event,chat_id}' AS chat_id,
    payload #>> '{webhook_event,received_at}' AS received_at,
    status AS processing_status,
    outcome,
    payload #>> '{webhook_event,handler_function}' AS handler_function,
    payload #>> '{webhook_event,retry_count}' AS retry_count,
    payload #>> '{webhook_event,last_retry_at}' AS last_retry_at,
    payload #>> '{webhook_event,error_message}' AS error_message,
    payload #>> '{webhook_event,payload_size_bytes}' AS payload_size_bytes,
    payload #> '{trace,payload_history}' AS payload_history
FROM workflow_logs AS log LEFT JOIN payloads USING (seq, recorded_at, client_id)
WHERE kind = 'webhook_event' AND provider_name = 'telegram'
    AND (entity_id IS NULL OR log.seq = (
        SELECT state.seq FROM workflow_logs AS state
        WHERE state.client_id = log.client_id AND state.entity_type = 'webhook_event'
            AND state.entity_id = log.entity_id AND state.kind = log.kind
            AND state.provider_name = log.provider_name
        ORDER BY state.recorded_at DESC, state.seq DESC LIMIT 1
    ));

CREATE VIEW nlp_parsing_log WITH (security_invoker = true) AS
SELECT
    record_id AS id,
    client_id AS tenant_id,
    moment(executed_at) AS created_at,
    entity_id AS source_document,
    payload #>> '{nlp_parsing,source_text_hash}' AS source_text_hash,
    payload #>> '{nlp_parsing,parser_version}' AS parser_version,
    status AS parsing_status,
    outcome,
    execution_time_seconds * 1000.0 AS processing_time_ms,
    confidence AS confidence_score,
    payload #>> '{nlp_parsing,error_details}' AS error_details,
    payload #> '{nlp_parsing,entity_counts}' AS entity_counts,
    payload #>> '{trace,source_text_preview}' AS source_text_preview,
    payload #> '{trace,parsed_entities}' AS parsed_entities
FROM workflow_logs LEFT JOIN payloads USING (seq, recorded_at, client_id)
WHERE kind = 'nlp_parsing';

REVOKE EXECUTE ON FUNCTION moment FROM PUBLIC;
GRANT EXECUTE ON FUNCTION moment TO epilogue_reader;
GRANT SELECT ON action_logs, audit_logs, email_activity_log, email_timeline, task_sync_log,
    telegram_webhook_event, nlp_parsing_log TO epilogue_reader;
