//! Abuse: what people and programs try that they should not, and the test that shows what becomes of it. The tests here
//! run against the program from outside; the others stand beside the code they are about. [`table`] fails where a named
//! test is gone. The numbers are those of the security notes (A: abuse, F: faults).
//!
//! | case | what is tried | tests |
//! |---|---|---|
//! | A1 | another's application, key, agreement, session by id; ids nested; refusals stand in the log with whose they were (in the log, not in the chain: a stranger must not be able to fill it) | `somebody_elses_thing_answers_every_call_as_a_thing_that_is_not_there` `somebody_elses_thing_looks_like_nothing` `ids_of_different_owners_in_one_path_open_nothing` `missing_and_not_yours_are_the_same_to_the_byte` `a_refusal_is_logged_with_whose_it_was_and_without_their_session` |
//! | A2 | another department's cases, also in counts and searches | `another_departments_cases_are_nowhere_not_even_in_counts` `each_department_decides_its_own_and_sees_nothing_else` |
//! | A3 | deciding the part of another department | `each_department_decides_its_own_and_sees_nothing_else` |
//! | A4 | a right that ended while a form was open | `a_right_that_ended_while_the_form_was_open_is_gone_at_the_next_request` `a_disabled_account_loses_its_sessions_at_once` |
//! | A5 | deciding for oneself, for one's organisation, twice; issuing what one approved | `members_of_one_organisation_share_applications_and_agreements_and_nobody_else_does` `who_approved_never_gets_the_key` `tier_three_needs_two_different_managers` `every_actor_with_every_command` |
//! | A6 | old terms, another hash, terms that change between review and issue | `changed_terms_must_be_read_again` `only_the_current_text_can_be_accepted` `what_was_reviewed_is_what_is_signed` `no_key_is_issued_before_new_terms_are_accepted` |
//! | A7 | fields that are not the form's, in JSON, forms and twice | `no_write_takes_a_name_that_is_not_its_own` `unknown_and_doubled_form_fields_are_refused` `unknown_missing_and_doubled_fields_are_named` `an_answer_cannot_smuggle_in_a_changed_form` |
//! | A8 | hashes, secrets, notes and feeds in answers | `no_answer_tells_what_its_reader_may_not_know` `a_feeds_own_address_is_never_shown` `a_credential_is_sealed_never_shown_and_stays_with_its_host` |
//! | A9 | a key at the portal, a session at the gate | `a_key_is_nothing_to_the_portal_and_a_session_nothing_to_the_gate` |
//! | A10 | a roll that widens, of a held or ended key, of another's | `a_successor_is_never_wider_than_its_predecessor` `a_held_or_ended_key_cannot_be_rolled` `no_walk_revives_or_widens` |
//! | A11 | more keys or rolls for more calls | `rolling_and_adding_keys_multiplies_nothing` `a_renewed_agreement_goes_on_with_what_was_used` |
//! | A12 | the old key after the overlap | `a_roll_lets_both_keys_work_for_the_overlap_and_not_a_moment_longer` |
//! | A13 | paths that two programs read differently | `an_ambiguous_path_reaches_no_dataset` `no_path_trick_reaches_an_upstream` `every_ambiguous_path_is_refused` `a_mutated_path_is_refused_or_the_same_to_every_reader` `an_ambiguous_path_is_refused_with_400_whoever_asks` |
//! | A14 | headers that speak for the gate or the client | `an_upstream_hears_our_word_about_the_client_and_no_other` `only_a_trusted_proxy_is_believed_about_the_client` `a_key_in_the_query_counts_only_where_allowed_and_never_travels_on` `mutated_headers_bring_nothing_past_the_gate` |
//! | A15 | requests framed in two ways, answers cut or doubled | `a_request_framed_in_two_ways_is_refused_at_both_doors` `a_request_that_two_readers_could_frame_differently_is_never_passed_on` `a_cut_body_is_visibly_cut` `bytes_after_an_answer_never_answer_the_next_request` `pipelined_requests_are_each_judged` |
//! | A16 | upstreams and catalogues on this machine, in private networks, by names that lead there, by redirects | `the_service_connects_only_to_global_addresses_or_opened_networks` `addresses_that_may_not_be_reached_are_refused_at_sight` `a_name_that_leads_to_a_closed_network_is_not_connected_to` `a_closed_network_is_refused_at_connect_time` `a_closed_network_is_never_connected_to` `an_unusable_base_address_is_refused_with_its_reason` `a_head_that_cannot_be_used_becomes_a_refusal` |
//! | A17 | upstreams that hang, drip, swell, set cookies, redirect | `a_head_that_cannot_be_used_becomes_a_refusal` `a_connection_that_is_not_taken_up_is_given_up` `an_answer_longer_than_allowed_is_cut` `a_datasets_own_bounds_are_narrower_than_the_gates` `mutated_headers_bring_nothing_past_the_gate` `silence_ends_at_the_time_limit_and_nobody_there_is_said_so` |
//! | A18 | guessing keys, verify as an oracle | `the_reason_is_told_only_to_who_holds_the_key` `verify_is_no_oracle_for_anybody_else` `malformed_texts_are_refused` |
//! | A19 | finding out who has an account | `no_answer_tells_whether_an_address_has_an_account` `wrong_unknown_and_unconfirmed_logins_are_the_same_page` `registering_and_resetting_answer_alike_for_known_and_unknown_addresses` |
//! | A20 | guessing, spraying, locking somebody out | `guessing_waits_and_who_is_signed_in_notices_nothing` `guessing_one_password_on_many_accounts_waits_by_its_source_and_nobody_else_does` `wrong_passwords_wait_longer_and_longer` `a_hundred_failures_are_never_forgotten` |
//! | A21 | a flood of sign-ins | `a_flood_of_sign_ins_is_turned_away_and_pages_stay_open` |
//! | A22 | links twice, at once, old, forged, poisoned by the host header, logged | `a_link_leads_to_the_configured_address_works_once_and_never_after_a_newer_one` `a_reset_ends_every_session_and_only_the_newest_link_works` `the_access_line_has_no_query_and_no_link_token` `of_twenty_at_once_one_decides_one_signs_one_rolls_and_one_takes_the_link` |
//! | A24 | a planted session, one after sign-out or a new password | `a_planted_session_is_never_taken_up_and_an_ended_one_is_over` `every_cookie_is_locked_to_the_host_over_https` `a_new_password_by_mail_works_once_and_ends_every_session` |
//! | A25 | every write from another site, framed pages | `no_form_is_taken_without_the_proof_of_its_own_session_and_site` `the_api_takes_no_write_by_cookie_alone` `an_api_write_by_cookie_needs_a_proof_and_by_token_none` `every_answer_carries_the_strict_headers` |
//! | A26 | scripts in every text | `hostile_answers_signatures_and_programs_are_text_on_every_page` `hostile_names_of_datasets_departments_and_searches_are_text` `nothing_in_a_text_becomes_a_script_an_image_or_a_strange_link` |
//! | A27 | templates, strange places to come back to, headers of downloads | `a_page_to_come_back_to_is_a_page_of_this_site` `only_paths_of_this_site_are_followed` `a_value_is_never_a_template` `no_file_to_download_is_a_page_or_a_formula` |
//! | A28 | formulas, hidden and reordering characters, names of city offices | `no_file_to_download_is_a_page_or_a_formula` `what_people_typed_does_not_run_in_a_spreadsheet` `hidden_characters_are_refused_wherever_people_write` `only_the_city_goes_by_the_names_of_its_offices` `imitations_of_a_city_office_are_seen` |
//! | A29 | more recipients, floods of mail | `one_address_gets_few_mails_however_often_strangers_ask` `whatever_could_bend_a_message_is_refused` |
//! | A30 | forged tokens | `a_token_is_good_for_its_purpose_and_under_its_secret_only` `a_token_brings_no_key_and_no_algorithm_of_its_own` `a_bearer_token_counts_in_the_api_only_and_a_bad_one_is_never_anonymous` `a_head_that_is_not_ours_is_refused_whatever_it_promises` `no_signature_but_the_keys_own_is_taken` `claims_must_be_ones_that_this_gate_would_write` `a_token_opens_no_more_than_it_says_and_no_other_dataset` `whatever_stops_the_key_stops_its_tokens_with_the_next_call` `a_mutated_text_is_never_taken` |
//! | A31 | too much, too deep, too slow | `lists_pages_ranges_and_bodies_have_bounds` `slow_heads_slow_bodies_and_swollen_heads_are_hung_up_on` `an_application_asks_for_no_more_datasets_than_people_can_read` `empty_trailing_and_deep_bodies_are_refused` `the_number_of_fields_and_the_length_of_names_are_bounded` |
//! | A32 | more calls by other keys, addresses, headers, connections, clocks, restarts | `of_n_plus_k_requests_at_once_exactly_n_pass` `rolling_and_adding_keys_multiplies_nothing` `open_data_is_limited_by_address_whatever_headers_say` `addresses_are_shown_truncated_and_counted_by_their_network` `pipelined_requests_are_each_judged` `limits_are_exact_between_threads` `setting_the_clock_neither_doubles_nor_blocks_a_quota` `quotas_survive_a_restart_and_are_never_lowered_by_it` `no_pace_beats_a_limit` `how_often_a_key_is_exchanged_is_bounded_and_others_are_not_in_its_way` |
//! | A35 | two at the same moment | `a_decision_and_a_withdrawal_have_one_winner` `a_roll_and_a_suspension_never_leave_a_free_successor` `of_two_who_end_a_key_one_wins_and_the_other_is_told` `an_issue_and_a_termination_have_an_order` `the_last_administrator_cannot_go_by_two_doors_at_once` |
//! | A36 | doubled, replayed and stale forms | `one_effect_for_a_doubled_submit_and_one_winner_of_two_decisions` `twenty_retries_of_one_request_make_one_key_and_show_its_text_once` `a_stale_edit_says_what_changed_and_gives_the_text_back` `a_draft_keeps_what_was_typed_even_if_it_is_wrong` |
//! | A37 | the chain edited, cut, reordered, written anew | `a_chain_changed_in_the_database_itself_is_found_and_the_entry_named` `every_kind_of_tampering_is_named_at_its_entry` `a_rewritten_chain_is_found_by_a_head_kept_elsewhere` `entries_cannot_be_changed_or_deleted_in_the_database_itself` |
//! | A38 | an entry that cannot be written | `a_fault_at_any_write_undoes_the_whole_life_of_a_key_act_by_act` `every_act_stands_in_the_chain_and_a_failing_entry_undoes_the_act` |
//! | A39 | an auditor who writes, somebody who takes data out unseen | `who_takes_data_out_or_looks_at_whole_addresses_leaves_an_entry` `whole_addresses_are_shown_to_auditors_and_each_look_leaves_an_entry` |
//! | A40 | lines and escapes in the log | `an_event_stays_on_one_line_without_control_characters` |
//! | A42 | forward-auth asked by who is no proxy, or half asked | `forward_auth_denies_by_default` `nginx_gets_every_refusal_as_401_or_403_with_the_true_status_beside` |
//! | A43 | routes that nobody wrote down | `every_route_lets_in_exactly_those_whom_the_matrix_names` `nothing_answers_that_is_not_in_the_table` `the_document_names_exactly_the_routes_that_are_registered` `only_methods_of_the_table_are_answered` |
//! | bad input | wrong, unknown, doubled, broken, oversized, stale, forged, too old: each its own answer, nothing half-written | `a_wrong_form_is_shown_again_with_its_errors_and_its_text` `broken_json_is_named_with_line_and_column` `sizes_are_bounded_at_the_limit_and_one_beyond` `a_reset_ends_every_session_and_only_the_newest_link_works` `if_match_takes_exactly_our_tags` `a_reason_for_a_field_is_never_cut_short_in_silence` |
//! | F3 | a stop while people are at work | `a_stop_lets_requests_in_flight_finish_and_takes_no_new_ones` |
//! | F7 | any write that fails, and the commit | `a_fault_at_any_write_undoes_the_whole_life_of_a_key_act_by_act` `a_failing_audit_entry_undoes_submission_and_decision` |
//! | F8 | a store that goes away and comes back | `a_gate_without_its_store_serves_up_to_its_bound_and_comes_back_by_itself` |
//! | F13 | upstreams that misbehave, and the request after | `a_head_that_cannot_be_used_becomes_a_refusal` `a_cut_body_is_visibly_cut` `bytes_after_an_answer_never_answer_the_next_request` `a_kept_connection_that_the_upstream_closed_costs_the_client_nothing` |
//! | F14 | clients that are slow with heads and bodies, or rest | `a_head_that_does_not_end_is_given_up` `an_idle_connection_is_closed` `request_bodies_pass_within_bounds` `slow_heads_slow_bodies_and_swollen_heads_are_hung_up_on` |
//! | F15 | more connections than the process may have open | `connections_beyond_the_limit_of_open_files_wait_and_the_gate_goes_on` |
//! | F16 | bodies larger than may be | `request_bodies_pass_within_bounds` `sizes_are_bounded_at_the_limit_and_one_beyond` |
//! | F17 | ten times what a service takes at once | `what_a_service_cannot_take_is_refused_at_once_and_what_was_let_in_is_served` |
//! | F18 | a handler that panics | `a_panic_is_a_500_that_tells_nothing` `over_a_real_connection_heads_are_bodiless_and_bad_bodies_end_it` |
//! | F19 | twenty at the same moment | `of_twenty_at_once_one_decides_one_signs_one_rolls_and_one_takes_the_link` `twenty_retries_of_one_request_make_one_key_and_show_its_text_once` `of_n_plus_k_requests_at_once_exactly_n_pass` |

mod doors;
mod evidence;
mod floods;
mod guessing;
mod others;
mod table;
mod texts;
mod wire;
