"""Fake applications of the example stacks: pages with the metrics that their guides name, whose
counters rise while one looks. A line of a page's description is a kind, a name, and labels with
all their values: `counter requests_total method=GET|POST status=2xx|5xx`; a gauge may end with
`@value`."""
import itertools
import time

import harness

SECONDS = (0.1, 0.5, 1, 5, 30, 120)
MILLISECONDS = (5, 20, 100, 500, 2000)

PROCESS = """
counter process_cpu_seconds_total
gauge process_resident_memory_bytes @80000000
gauge process_virtual_memory_bytes @300000000
gauge process_open_fds @17
gauge process_start_time_seconds @start
"""

WINGMAN = """
gauge wingman_health_status @1
gauge wingman_verifier_available verifier=simple|enhanced @1
gauge wingman_validator_available validator=input|output @1
gauge wingman_database_connected @1
gauge wingman_start_time_seconds @start
"""

PROMPT_MANAGER = """
counter prompt_manager_operations_total operation=render|create status=success|error|rate_limited
histogram prompt_manager_operation_duration_seconds operation=render|create
counter prompt_manager_tokens_total
counter prompt_manager_cost_total
counter prompt_manager_errors_total
counter prompt_manager_cache_hits_total
counter prompt_manager_cache_misses_total
counter prompt_manager_security_validation_total status=success|injection
"""

PROMPT_SECURITY = """
counter prompt_security_operations_total operation=validate status=success|injection|rate_limited
histogram prompt_security_operation_duration_seconds operation=validate
counter prompt_security_errors_total
"""

LLM_PROVIDER = """
counter llm_provider_requests_total provider=openai|mistral
histogram llm_provider_operation_duration_seconds provider=openai|mistral
counter llm_provider_tokens_total provider=openai|mistral
counter llm_provider_cost_total provider=openai|mistral
counter llm_provider_errors_total provider=openai|mistral
"""

NEW_MODULE = "counter new_module_operations_total operation=work status=success"

PYBASE_API = """
counter http_requests_total method=GET|POST endpoint=/api/v1/health|/api/v1/tables status=200|404|500
histogram api_latency_histogram method=GET|POST endpoint=/api/v1/health|/api/v1/tables
counter extraction_task_total task_type=pdf|dxf status=success|failure
histogram extraction_task_duration_seconds task_type=pdf|dxf
gauge websocket_connections_current @4
histogram db_query_duration_seconds query_type=select|insert
counter cache_operations_total operation=get status=hit|miss
counter cache_operations_total operation=set status=success
"""

CELERY = """
counter celery_task_total task_name=extract|index status=success|failure
histogram celery_task_duration_seconds task_name=extract|index
counter celery_task_retries_total task_name=extract|index
gauge celery_queue_length worker_name={0} @12
gauge celery_active_workers worker_name={0} @2
"""

ORCHESTRATOR = """
histogram git_merge_duration_seconds
histogram git_lock_wait_duration_seconds
counter git_merge_total result=success|conflict|error
gauge git_active_merges @1
counter task_completion_total status=success|failed run_id=r1|r2 worker_profile=coder|tester
histogram task_execution_duration_seconds worker_profile=coder|tester|planner
summary task_retry_count
gauge task_state_count state=planned|ready|active|complete|failed @3
gauge active_workers worker_profile=coder|tester @2
counter llm_cost_dollars_total model=gpt-4|small
counter llm_tokens_total model=gpt-4|small
counter llm_requests_total model=gpt-4|small status=success
counter llm_rate_limit_events_total
"""

IT_SUPPORT = """
counter http_requests_total handler=/api/v1/users|/api/v1/requests method=GET|POST status=2xx|4xx
counter http_requests_total handler=/api/v1/requests method=POST status=5xx
histogram http_request_duration_seconds handler=/api/v1/users|/api/v1/requests method=GET|POST
counter http_requests_total handler=/broken method=GET status=500
summary http_request_size_bytes handler=/api/v1/auth/login
summary http_response_size_bytes handler=/api/v1/users
gauge http_requests_inprogress handler=/api/v1/tickets method=GET @2
counter ticket_created_total category=hardware|software priority=high created_by_role=employee|agent
counter ticket_assigned_total category=hardware|software priority=medium
counter ticket_status_changed_total from_status=open to_status=in_progress|closed
counter ticket_solved_total category=network resolution_time_bucket=1-4h|4-24h
histogram ticket_resolution_time_seconds category=hardware|network priority=high
gauge tickets_open_by_status status=open|in_progress @7
gauge tickets_open_by_priority priority=high|low @5
counter auth_attempts_total method=AD|password status=success|failure
histogram_ms auth_duration_ms method=AD|password
gauge active_user_sessions role=agent|employee @9
summary session_duration_seconds role=agent|employee
counter file_uploads_total file_type=pdf|image size_bucket=0-1MB|1-5MB
histogram_ms file_upload_duration_ms file_type=pdf|image
summary file_upload_size_bytes file_type=document|image
counter minio_operations_total operation=upload|download status=success
histogram_ms minio_operation_duration_ms operation=upload|download
gauge db_pool_size @20
gauge db_pool_checked_out @5
gauge db_pool_overflow @0
counter db_pool_checkouts_total
histogram_ms db_query_duration_ms query_type=SELECT|UPDATE table=requests|users
histogram_ms db_transaction_duration_ms transaction_type=INSERT
counter db_queries_total query_type=SELECT|UPDATE status=success
counter db_transactions_total status=commit|rollback
counter db_deadlocks_total
counter cache_operations_total operation=get status=hit|miss
histogram_ms cache_operation_duration_ms operation=get|set
gauge cache_hit_ratio @0.91
gauge cache_size_bytes @1048576
gauge cache_keys_total @420
gauge websocket_active_connections endpoint=/chat client_type=requester_app|agent_app @6
counter websocket_connections_total endpoint=/ws/notifications status=success|error
counter websocket_messages_sent_total message_type=chat_message endpoint=/chat
histogram_ms websocket_initial_load_duration_ms endpoint=/chat
histogram_ms websocket_heartbeat_rtt_ms endpoint=/chat
counter websocket_sequence_gaps_detected_total endpoint=/chat gap_size=1|2
"""


def text_of(labels, **more):
    pairs = [f'{name}="{value}"' for name, value in {**labels, **more}.items()]
    return "{" + ",".join(pairs) + "}" if pairs else ""


class App:
    """Serves one page; `description` is parsed at every scrape, which is quick enough."""

    def __init__(self, stack, description):
        self.lines = [line.split() for line in (PROCESS + description).splitlines() if line]
        self.start, self.started = time.monotonic(), time.time()
        target = harness.Target(self.page)
        stack.callback(target.close)
        self.address = target.address

    def page(self):
        age = time.monotonic() - self.start + 1
        return "\n".join(itertools.chain.from_iterable(
            self.samples(line, age) for line in self.lines)) + "\n"

    def samples(self, line, age):
        kind, name, *rest = line
        value = rest.pop()[1:] if rest and rest[-1][0] == "@" else "1"
        names = [part.split("=")[0] for part in rest]
        values = [part.split("=")[1].split("|") for part in rest]
        # What is named first happens most: successes before errors.
        all_chosen = list(itertools.product(*values))
        for number, chosen in enumerate(all_chosen):
            labels = dict(zip(names, chosen))
            count = int(10 * age) * 3 ** (len(all_chosen) - number - 1)
            if kind == "gauge":
                yield f"{name}{text_of(labels)} {self.started if value == 'start' else value}"
            elif kind == "counter":
                yield f"{name}{text_of(labels)} {count}"
            else:
                bounds = MILLISECONDS if kind == "histogram_ms" else SECONDS
                if kind != "summary":
                    for place, bound in enumerate(bounds):
                        share = count * (place + 1) // len(bounds)
                        yield f"{name}_bucket{text_of(labels, le=bound)} {share}"
                    yield f"{name}_bucket{text_of(labels, le='+Inf')} {count}"
                mean = 4000 if "bytes" in name else bounds[2]
                yield f"{name}_sum{text_of(labels)} {count * mean}"
                yield f"{name}_count{text_of(labels)} {count}"
