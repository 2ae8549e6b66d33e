"""The whole schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


GUARDS_AND_SEARCH = {
    "sqlite": [
        "CREATE TRIGGER audit_entry_append_only_update BEFORE UPDATE ON audit_entry FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM erasure) BEGIN SELECT RAISE(ABORT, 'audit_entry rows are append only'); END",
        "CREATE TRIGGER audit_entry_append_only_delete BEFORE DELETE ON audit_entry FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'audit_entry rows are append only'); END",
        "CREATE TRIGGER message_batch_frozen_update BEFORE UPDATE ON message_batch FOR EACH ROW WHEN (1 = 1) AND (NEW.channel IS DISTINCT FROM OLD.channel OR NEW.noun_of IS DISTINCT FROM OLD.noun_of OR NEW.record_id IS DISTINCT FROM OLD.record_id) BEGIN SELECT RAISE(ABORT, 'message_batch rows are frozen'); END",
        "CREATE TRIGGER message_batch_frozen_delete BEFORE DELETE ON message_batch FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'message_batch rows are frozen'); END",
        "CREATE TRIGGER broadcast_test_frozen_update BEFORE UPDATE ON broadcast_test FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL) AND (NEW.metric IS DISTINCT FROM OLD.metric OR NEW.method IS DISTINCT FROM OLD.method OR NEW.hours IS DISTINCT FROM OLD.hours OR NEW.minimum IS DISTINCT FROM OLD.minimum OR NEW.share IS DISTINCT FROM OLD.share OR NEW.hold_out IS DISTINCT FROM OLD.hold_out OR NEW.default_label IS DISTINCT FROM OLD.default_label OR NEW.outcome IS DISTINCT FROM OLD.outcome OR NEW.winner IS DISTINCT FROM OLD.winner OR NEW.why IS DISTINCT FROM OLD.why OR NEW.decided_at IS DISTINCT FROM OLD.decided_at OR NEW.decided_by IS DISTINCT FROM OLD.decided_by) BEGIN SELECT RAISE(ABORT, 'broadcast_test rows are frozen'); END",
        "CREATE TRIGGER broadcast_test_frozen_delete BEFORE DELETE ON broadcast_test FOR EACH ROW WHEN OLD.decided_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'broadcast_test rows are frozen'); END",
        "CREATE TRIGGER broadcast_look_append_only_update BEFORE UPDATE ON broadcast_look FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'broadcast_look rows are append only'); END",
        "CREATE TRIGGER broadcast_look_append_only_delete BEFORE DELETE ON broadcast_look FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'broadcast_look rows are append only'); END",
        "CREATE TRIGGER plan_version_frozen_update BEFORE UPDATE ON plan_version FOR EACH ROW WHEN (OLD.state <> 'draft') AND (NEW.plan_id IS DISTINCT FROM OLD.plan_id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.starts_on IS DISTINCT FROM OLD.starts_on OR NEW.terms IS DISTINCT FROM OLD.terms OR NEW.approved_by IS DISTINCT FROM OLD.approved_by OR NEW.approved_at IS DISTINCT FROM OLD.approved_at) BEGIN SELECT RAISE(ABORT, 'plan_version rows are frozen'); END",
        "CREATE TRIGGER plan_version_frozen_delete BEFORE DELETE ON plan_version FOR EACH ROW WHEN OLD.state <> 'draft' BEGIN SELECT RAISE(ABORT, 'plan_version rows are frozen'); END",
        "CREATE TRIGGER payout_period_frozen_update BEFORE UPDATE ON payout_period FOR EACH ROW WHEN OLD.state = 'locked' BEGIN SELECT RAISE(ABORT, 'payout_period rows are frozen'); END",
        "CREATE TRIGGER payout_period_frozen_delete BEFORE DELETE ON payout_period FOR EACH ROW WHEN OLD.state = 'locked' BEGIN SELECT RAISE(ABORT, 'payout_period rows are frozen'); END",
        "CREATE TRIGGER earning_frozen_update BEFORE UPDATE ON earning FOR EACH ROW WHEN (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' BEGIN SELECT RAISE(ABORT, 'earning rows are frozen'); END",
        "CREATE TRIGGER earning_frozen_delete BEFORE DELETE ON earning FOR EACH ROW WHEN (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' BEGIN SELECT RAISE(ABORT, 'earning rows are frozen'); END",
        "CREATE TRIGGER pay_adjustment_frozen_update BEFORE UPDATE ON pay_adjustment FOR EACH ROW WHEN (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' BEGIN SELECT RAISE(ABORT, 'pay_adjustment rows are frozen'); END",
        "CREATE TRIGGER pay_adjustment_frozen_delete BEFORE DELETE ON pay_adjustment FOR EACH ROW WHEN (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' BEGIN SELECT RAISE(ABORT, 'pay_adjustment rows are frozen'); END",
        "CREATE TRIGGER objective_result_frozen_update BEFORE UPDATE ON objective_result FOR EACH ROW WHEN (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' BEGIN SELECT RAISE(ABORT, 'objective_result rows are frozen'); END",
        "CREATE TRIGGER objective_result_frozen_delete BEFORE DELETE ON objective_result FOR EACH ROW WHEN (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' BEGIN SELECT RAISE(ABORT, 'objective_result rows are frozen'); END",
        "CREATE TRIGGER statement_frozen_update BEFORE UPDATE ON statement FOR EACH ROW WHEN (OLD.snapshot_hash IS NOT NULL) AND (NEW.period_id IS DISTINCT FROM OLD.period_id OR NEW.participant_id IS DISTINCT FROM OLD.participant_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.lines IS DISTINCT FROM OLD.lines OR NEW.earned IS DISTINCT FROM OLD.earned OR NEW.adjusted IS DISTINCT FROM OLD.adjusted OR NEW.opening_balance IS DISTINCT FROM OLD.opening_balance OR NEW.topped_up IS DISTINCT FROM OLD.topped_up OR NEW.recovered IS DISTINCT FROM OLD.recovered OR NEW.payable IS DISTINCT FROM OLD.payable OR NEW.balance IS DISTINCT FROM OLD.balance OR NEW.problem IS DISTINCT FROM OLD.problem OR NEW.snapshot IS DISTINCT FROM OLD.snapshot OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash) BEGIN SELECT RAISE(ABORT, 'statement rows are frozen'); END",
        "CREATE TRIGGER statement_frozen_delete BEFORE DELETE ON statement FOR EACH ROW WHEN OLD.snapshot_hash IS NOT NULL BEGIN SELECT RAISE(ABORT, 'statement rows are frozen'); END",
        "CREATE TRIGGER consent_event_append_only_update BEFORE UPDATE ON consent_event FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM erasure) BEGIN SELECT RAISE(ABORT, 'consent_event rows are append only'); END",
        "CREATE TRIGGER consent_event_append_only_delete BEFORE DELETE ON consent_event FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'consent_event rows are append only'); END",
        "CREATE TRIGGER suppression_event_append_only_update BEFORE UPDATE ON suppression_event FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM erasure) BEGIN SELECT RAISE(ABORT, 'suppression_event rows are append only'); END",
        "CREATE TRIGGER suppression_event_append_only_delete BEFORE DELETE ON suppression_event FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'suppression_event rows are append only'); END",
        "CREATE TRIGGER email_version_append_only_update BEFORE UPDATE ON email_version FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'email_version rows are append only'); END",
        "CREATE TRIGGER email_version_append_only_delete BEFORE DELETE ON email_version FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'email_version rows are append only'); END",
        "CREATE TRIGGER quote_revision_frozen_update BEFORE UPDATE ON quote_revision FOR EACH ROW WHEN (OLD.state <> 'draft' AND NOT EXISTS (SELECT 1 FROM erasure)) AND (NEW.quote_id IS DISTINCT FROM OLD.quote_id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.valid_until IS DISTINCT FROM OLD.valid_until OR NEW.payment_days IS DISTINCT FROM OLD.payment_days OR NEW.intro IS DISTINCT FROM OLD.intro OR NEW.terms IS DISTINCT FROM OLD.terms OR NEW.discount_percent IS DISTINCT FROM OLD.discount_percent OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.total IS DISTINCT FROM OLD.total OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash OR NEW.sent_at IS DISTINCT FROM OLD.sent_at OR NEW.sent_to IS DISTINCT FROM OLD.sent_to) BEGIN SELECT RAISE(ABORT, 'quote_revision rows are frozen'); END",
        "CREATE TRIGGER quote_revision_frozen_delete BEFORE DELETE ON quote_revision FOR EACH ROW WHEN OLD.state <> 'draft' BEGIN SELECT RAISE(ABORT, 'quote_revision rows are frozen'); END",
        "CREATE TRIGGER quote_line_frozen_update BEFORE UPDATE ON quote_line FOR EACH ROW WHEN (SELECT r.state FROM quote_revision r WHERE r.id = OLD.revision_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'quote_line rows are frozen'); END",
        "CREATE TRIGGER quote_line_frozen_delete BEFORE DELETE ON quote_line FOR EACH ROW WHEN (SELECT r.state FROM quote_revision r WHERE r.id = OLD.revision_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'quote_line rows are frozen'); END",
        "CREATE TRIGGER sales_order_frozen_update BEFORE UPDATE ON sales_order FOR EACH ROW WHEN (OLD.snapshot_hash IS NOT NULL) AND (NEW.number IS DISTINCT FROM OLD.number OR NEW.revision_id IS DISTINCT FROM OLD.revision_id OR NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.total IS DISTINCT FROM OLD.total OR NEW.discount_percent IS DISTINCT FROM OLD.discount_percent OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash) BEGIN SELECT RAISE(ABORT, 'sales_order rows are frozen'); END",
        "CREATE TRIGGER sales_order_frozen_delete BEFORE DELETE ON sales_order FOR EACH ROW WHEN OLD.snapshot_hash IS NOT NULL BEGIN SELECT RAISE(ABORT, 'sales_order rows are frozen'); END",
        "CREATE TRIGGER order_line_frozen_update BEFORE UPDATE ON order_line FOR EACH ROW WHEN (SELECT o.snapshot_hash FROM sales_order o WHERE o.id = OLD.order_id) IS NOT NULL BEGIN SELECT RAISE(ABORT, 'order_line rows are frozen'); END",
        "CREATE TRIGGER order_line_frozen_delete BEFORE DELETE ON order_line FOR EACH ROW WHEN (SELECT o.snapshot_hash FROM sales_order o WHERE o.id = OLD.order_id) IS NOT NULL BEGIN SELECT RAISE(ABORT, 'order_line rows are frozen'); END",
        "CREATE TRIGGER invoice_frozen_update BEFORE UPDATE ON invoice FOR EACH ROW WHEN (OLD.number IS NOT NULL) AND (NEW.number IS DISTINCT FROM OLD.number OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.order_id IS DISTINCT FROM OLD.order_id OR NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.total IS DISTINCT FROM OLD.total OR NEW.discount_percent IS DISTINCT FROM OLD.discount_percent OR NEW.cost IS DISTINCT FROM OLD.cost OR NEW.credits_id IS DISTINCT FROM OLD.credits_id OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.note IS DISTINCT FROM OLD.note OR NEW.issued_on IS DISTINCT FROM OLD.issued_on OR NEW.issued_at IS DISTINCT FROM OLD.issued_at OR NEW.due_on IS DISTINCT FROM OLD.due_on OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash) BEGIN SELECT RAISE(ABORT, 'invoice rows are frozen'); END",
        "CREATE TRIGGER invoice_frozen_delete BEFORE DELETE ON invoice FOR EACH ROW WHEN OLD.number IS NOT NULL BEGIN SELECT RAISE(ABORT, 'invoice rows are frozen'); END",
        "CREATE TRIGGER invoice_line_frozen_update BEFORE UPDATE ON invoice_line FOR EACH ROW WHEN (SELECT i.number FROM invoice i WHERE i.id = OLD.invoice_id) IS NOT NULL BEGIN SELECT RAISE(ABORT, 'invoice_line rows are frozen'); END",
        "CREATE TRIGGER invoice_line_frozen_delete BEFORE DELETE ON invoice_line FOR EACH ROW WHEN (SELECT i.number FROM invoice i WHERE i.id = OLD.invoice_id) IS NOT NULL BEGIN SELECT RAISE(ABORT, 'invoice_line rows are frozen'); END",
        "CREATE TRIGGER payment_append_only_update BEFORE UPDATE ON payment FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'payment rows are append only'); END",
        "CREATE TRIGGER payment_append_only_delete BEFORE DELETE ON payment FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'payment rows are append only'); END",
        "CREATE TRIGGER page_version_append_only_update BEFORE UPDATE ON page_version FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'page_version rows are append only'); END",
        "CREATE TRIGGER page_version_append_only_delete BEFORE DELETE ON page_version FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'page_version rows are append only'); END",
        "CREATE TRIGGER target_month_frozen_update BEFORE UPDATE ON target_month FOR EACH ROW WHEN ((SELECT p.state FROM target t JOIN target_node n ON n.id = t.node_id JOIN target_plan p ON p.id = n.plan_id WHERE t.id = OLD.target_id) IN ('approved', 'superseded')) AND (NEW.amount IS DISTINCT FROM OLD.amount) BEGIN SELECT RAISE(ABORT, 'target_month rows are frozen'); END",
        "CREATE TRIGGER target_month_frozen_delete BEFORE DELETE ON target_month FOR EACH ROW WHEN (SELECT p.state FROM target t JOIN target_node n ON n.id = t.node_id JOIN target_plan p ON p.id = n.plan_id WHERE t.id = OLD.target_id) IN ('approved', 'superseded') BEGIN SELECT RAISE(ABORT, 'target_month rows are frozen'); END",
        "CREATE TRIGGER message_followed_update AFTER UPDATE OF sent_at, state, bounced_at, opened_at, human_opened_at, clicked_at, human_clicked_at, replied_at, unsubscribed_at, complained_at, converted_at ON message FOR EACH ROW WHEN (NEW.batch_id IS NOT NULL AND NEW.state <> 'sending') BEGIN INSERT INTO tally_due (slice) SELECT NEW.id / 16384; END",
        "CREATE TRIGGER message_followed_delete AFTER DELETE ON message FOR EACH ROW WHEN (OLD.batch_id IS NOT NULL) BEGIN INSERT INTO tally_due (slice) SELECT OLD.id / 16384; END",
        "CREATE TRIGGER message_event_followed_insert AFTER INSERT ON message_event FOR EACH ROW WHEN (1 = 1) BEGIN INSERT INTO tally_due (slice) SELECT id / 16384 FROM message WHERE id = NEW.message_id AND batch_id IS NOT NULL; END",
        "CREATE TRIGGER message_event_followed_update AFTER UPDATE OF verdict ON message_event FOR EACH ROW WHEN (1 = 1) BEGIN INSERT INTO tally_due (slice) SELECT id / 16384 FROM message WHERE id = NEW.message_id AND batch_id IS NOT NULL; END",
        "CREATE TRIGGER message_event_followed_delete AFTER DELETE ON message_event FOR EACH ROW WHEN (1 = 1) BEGIN INSERT INTO tally_due (slice) SELECT id / 16384 FROM message WHERE id = OLD.message_id AND batch_id IS NOT NULL; END",
        "CREATE VIRTUAL TABLE search_index USING fts5(title, body, content='search_entry', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
        "CREATE TABLE IF NOT EXISTS search_index_paused (entry INTEGER)",
        "CREATE TRIGGER search_entry_ai AFTER INSERT ON search_entry WHEN NOT EXISTS (SELECT 1 FROM search_index_paused) BEGIN INSERT INTO search_index(rowid, title, body) VALUES (new.id, new.title, new.body); END",
        "CREATE TRIGGER search_entry_ad AFTER DELETE ON search_entry BEGIN INSERT INTO search_index(search_index, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); END",
        "CREATE TRIGGER search_entry_au AFTER UPDATE ON search_entry BEGIN INSERT INTO search_index(search_index, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); INSERT INTO search_index(rowid, title, body) VALUES (new.id, new.title, new.body); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_entry_append_only_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM erasure) THEN RAISE EXCEPTION 'audit_entry rows are append only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER audit_entry_append_only_update BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_append_only_update()",
        "CREATE OR REPLACE FUNCTION audit_entry_append_only_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'audit_entry rows are append only'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER audit_entry_append_only_delete BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_append_only_delete()",
        "CREATE OR REPLACE FUNCTION message_batch_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (1 = 1) AND (NEW.channel IS DISTINCT FROM OLD.channel OR NEW.noun_of IS DISTINCT FROM OLD.noun_of OR NEW.record_id IS DISTINCT FROM OLD.record_id) THEN RAISE EXCEPTION 'message_batch rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER message_batch_frozen_update BEFORE UPDATE ON message_batch FOR EACH ROW EXECUTE FUNCTION message_batch_frozen_update()",
        "CREATE OR REPLACE FUNCTION message_batch_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'message_batch rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER message_batch_frozen_delete BEFORE DELETE ON message_batch FOR EACH ROW EXECUTE FUNCTION message_batch_frozen_delete()",
        "CREATE OR REPLACE FUNCTION broadcast_test_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.decided_at IS NOT NULL) AND (NEW.metric IS DISTINCT FROM OLD.metric OR NEW.method IS DISTINCT FROM OLD.method OR NEW.hours IS DISTINCT FROM OLD.hours OR NEW.minimum IS DISTINCT FROM OLD.minimum OR NEW.share IS DISTINCT FROM OLD.share OR NEW.hold_out IS DISTINCT FROM OLD.hold_out OR NEW.default_label IS DISTINCT FROM OLD.default_label OR NEW.outcome IS DISTINCT FROM OLD.outcome OR NEW.winner IS DISTINCT FROM OLD.winner OR NEW.why IS DISTINCT FROM OLD.why OR NEW.decided_at IS DISTINCT FROM OLD.decided_at OR NEW.decided_by IS DISTINCT FROM OLD.decided_by) THEN RAISE EXCEPTION 'broadcast_test rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER broadcast_test_frozen_update BEFORE UPDATE ON broadcast_test FOR EACH ROW EXECUTE FUNCTION broadcast_test_frozen_update()",
        "CREATE OR REPLACE FUNCTION broadcast_test_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.decided_at IS NOT NULL THEN RAISE EXCEPTION 'broadcast_test rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER broadcast_test_frozen_delete BEFORE DELETE ON broadcast_test FOR EACH ROW EXECUTE FUNCTION broadcast_test_frozen_delete()",
        "CREATE OR REPLACE FUNCTION broadcast_look_append_only_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'broadcast_look rows are append only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER broadcast_look_append_only_update BEFORE UPDATE ON broadcast_look FOR EACH ROW EXECUTE FUNCTION broadcast_look_append_only_update()",
        "CREATE OR REPLACE FUNCTION broadcast_look_append_only_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'broadcast_look rows are append only'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER broadcast_look_append_only_delete BEFORE DELETE ON broadcast_look FOR EACH ROW EXECUTE FUNCTION broadcast_look_append_only_delete()",
        "CREATE OR REPLACE FUNCTION plan_version_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.state <> 'draft') AND (NEW.plan_id IS DISTINCT FROM OLD.plan_id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.starts_on IS DISTINCT FROM OLD.starts_on OR NEW.terms IS DISTINCT FROM OLD.terms OR NEW.approved_by IS DISTINCT FROM OLD.approved_by OR NEW.approved_at IS DISTINCT FROM OLD.approved_at) THEN RAISE EXCEPTION 'plan_version rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER plan_version_frozen_update BEFORE UPDATE ON plan_version FOR EACH ROW EXECUTE FUNCTION plan_version_frozen_update()",
        "CREATE OR REPLACE FUNCTION plan_version_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state <> 'draft' THEN RAISE EXCEPTION 'plan_version rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER plan_version_frozen_delete BEFORE DELETE ON plan_version FOR EACH ROW EXECUTE FUNCTION plan_version_frozen_delete()",
        "CREATE OR REPLACE FUNCTION payout_period_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state = 'locked' THEN RAISE EXCEPTION 'payout_period rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER payout_period_frozen_update BEFORE UPDATE ON payout_period FOR EACH ROW EXECUTE FUNCTION payout_period_frozen_update()",
        "CREATE OR REPLACE FUNCTION payout_period_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state = 'locked' THEN RAISE EXCEPTION 'payout_period rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER payout_period_frozen_delete BEFORE DELETE ON payout_period FOR EACH ROW EXECUTE FUNCTION payout_period_frozen_delete()",
        "CREATE OR REPLACE FUNCTION earning_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' THEN RAISE EXCEPTION 'earning rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER earning_frozen_update BEFORE UPDATE ON earning FOR EACH ROW EXECUTE FUNCTION earning_frozen_update()",
        "CREATE OR REPLACE FUNCTION earning_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' THEN RAISE EXCEPTION 'earning rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER earning_frozen_delete BEFORE DELETE ON earning FOR EACH ROW EXECUTE FUNCTION earning_frozen_delete()",
        "CREATE OR REPLACE FUNCTION pay_adjustment_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' THEN RAISE EXCEPTION 'pay_adjustment rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER pay_adjustment_frozen_update BEFORE UPDATE ON pay_adjustment FOR EACH ROW EXECUTE FUNCTION pay_adjustment_frozen_update()",
        "CREATE OR REPLACE FUNCTION pay_adjustment_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' THEN RAISE EXCEPTION 'pay_adjustment rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER pay_adjustment_frozen_delete BEFORE DELETE ON pay_adjustment FOR EACH ROW EXECUTE FUNCTION pay_adjustment_frozen_delete()",
        "CREATE OR REPLACE FUNCTION objective_result_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' THEN RAISE EXCEPTION 'objective_result rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER objective_result_frozen_update BEFORE UPDATE ON objective_result FOR EACH ROW EXECUTE FUNCTION objective_result_frozen_update()",
        "CREATE OR REPLACE FUNCTION objective_result_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked' THEN RAISE EXCEPTION 'objective_result rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER objective_result_frozen_delete BEFORE DELETE ON objective_result FOR EACH ROW EXECUTE FUNCTION objective_result_frozen_delete()",
        "CREATE OR REPLACE FUNCTION statement_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.snapshot_hash IS NOT NULL) AND (NEW.period_id IS DISTINCT FROM OLD.period_id OR NEW.participant_id IS DISTINCT FROM OLD.participant_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.lines IS DISTINCT FROM OLD.lines OR NEW.earned IS DISTINCT FROM OLD.earned OR NEW.adjusted IS DISTINCT FROM OLD.adjusted OR NEW.opening_balance IS DISTINCT FROM OLD.opening_balance OR NEW.topped_up IS DISTINCT FROM OLD.topped_up OR NEW.recovered IS DISTINCT FROM OLD.recovered OR NEW.payable IS DISTINCT FROM OLD.payable OR NEW.balance IS DISTINCT FROM OLD.balance OR NEW.problem IS DISTINCT FROM OLD.problem OR NEW.snapshot IS DISTINCT FROM OLD.snapshot OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash) THEN RAISE EXCEPTION 'statement rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER statement_frozen_update BEFORE UPDATE ON statement FOR EACH ROW EXECUTE FUNCTION statement_frozen_update()",
        "CREATE OR REPLACE FUNCTION statement_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.snapshot_hash IS NOT NULL THEN RAISE EXCEPTION 'statement rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER statement_frozen_delete BEFORE DELETE ON statement FOR EACH ROW EXECUTE FUNCTION statement_frozen_delete()",
        "CREATE OR REPLACE FUNCTION consent_event_append_only_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM erasure) THEN RAISE EXCEPTION 'consent_event rows are append only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER consent_event_append_only_update BEFORE UPDATE ON consent_event FOR EACH ROW EXECUTE FUNCTION consent_event_append_only_update()",
        "CREATE OR REPLACE FUNCTION consent_event_append_only_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'consent_event rows are append only'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER consent_event_append_only_delete BEFORE DELETE ON consent_event FOR EACH ROW EXECUTE FUNCTION consent_event_append_only_delete()",
        "CREATE OR REPLACE FUNCTION suppression_event_append_only_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM erasure) THEN RAISE EXCEPTION 'suppression_event rows are append only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER suppression_event_append_only_update BEFORE UPDATE ON suppression_event FOR EACH ROW EXECUTE FUNCTION suppression_event_append_only_update()",
        "CREATE OR REPLACE FUNCTION suppression_event_append_only_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'suppression_event rows are append only'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER suppression_event_append_only_delete BEFORE DELETE ON suppression_event FOR EACH ROW EXECUTE FUNCTION suppression_event_append_only_delete()",
        "CREATE OR REPLACE FUNCTION email_version_append_only_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'email_version rows are append only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER email_version_append_only_update BEFORE UPDATE ON email_version FOR EACH ROW EXECUTE FUNCTION email_version_append_only_update()",
        "CREATE OR REPLACE FUNCTION email_version_append_only_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'email_version rows are append only'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER email_version_append_only_delete BEFORE DELETE ON email_version FOR EACH ROW EXECUTE FUNCTION email_version_append_only_delete()",
        "CREATE OR REPLACE FUNCTION quote_revision_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.state <> 'draft' AND NOT EXISTS (SELECT 1 FROM erasure)) AND (NEW.quote_id IS DISTINCT FROM OLD.quote_id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.valid_until IS DISTINCT FROM OLD.valid_until OR NEW.payment_days IS DISTINCT FROM OLD.payment_days OR NEW.intro IS DISTINCT FROM OLD.intro OR NEW.terms IS DISTINCT FROM OLD.terms OR NEW.discount_percent IS DISTINCT FROM OLD.discount_percent OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.total IS DISTINCT FROM OLD.total OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash OR NEW.sent_at IS DISTINCT FROM OLD.sent_at OR NEW.sent_to IS DISTINCT FROM OLD.sent_to) THEN RAISE EXCEPTION 'quote_revision rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER quote_revision_frozen_update BEFORE UPDATE ON quote_revision FOR EACH ROW EXECUTE FUNCTION quote_revision_frozen_update()",
        "CREATE OR REPLACE FUNCTION quote_revision_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state <> 'draft' THEN RAISE EXCEPTION 'quote_revision rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER quote_revision_frozen_delete BEFORE DELETE ON quote_revision FOR EACH ROW EXECUTE FUNCTION quote_revision_frozen_delete()",
        "CREATE OR REPLACE FUNCTION quote_line_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT r.state FROM quote_revision r WHERE r.id = OLD.revision_id) <> 'draft' THEN RAISE EXCEPTION 'quote_line rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER quote_line_frozen_update BEFORE UPDATE ON quote_line FOR EACH ROW EXECUTE FUNCTION quote_line_frozen_update()",
        "CREATE OR REPLACE FUNCTION quote_line_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT r.state FROM quote_revision r WHERE r.id = OLD.revision_id) <> 'draft' THEN RAISE EXCEPTION 'quote_line rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER quote_line_frozen_delete BEFORE DELETE ON quote_line FOR EACH ROW EXECUTE FUNCTION quote_line_frozen_delete()",
        "CREATE OR REPLACE FUNCTION sales_order_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.snapshot_hash IS NOT NULL) AND (NEW.number IS DISTINCT FROM OLD.number OR NEW.revision_id IS DISTINCT FROM OLD.revision_id OR NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.total IS DISTINCT FROM OLD.total OR NEW.discount_percent IS DISTINCT FROM OLD.discount_percent OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash) THEN RAISE EXCEPTION 'sales_order rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER sales_order_frozen_update BEFORE UPDATE ON sales_order FOR EACH ROW EXECUTE FUNCTION sales_order_frozen_update()",
        "CREATE OR REPLACE FUNCTION sales_order_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.snapshot_hash IS NOT NULL THEN RAISE EXCEPTION 'sales_order rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER sales_order_frozen_delete BEFORE DELETE ON sales_order FOR EACH ROW EXECUTE FUNCTION sales_order_frozen_delete()",
        "CREATE OR REPLACE FUNCTION order_line_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT o.snapshot_hash FROM sales_order o WHERE o.id = OLD.order_id) IS NOT NULL THEN RAISE EXCEPTION 'order_line rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER order_line_frozen_update BEFORE UPDATE ON order_line FOR EACH ROW EXECUTE FUNCTION order_line_frozen_update()",
        "CREATE OR REPLACE FUNCTION order_line_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT o.snapshot_hash FROM sales_order o WHERE o.id = OLD.order_id) IS NOT NULL THEN RAISE EXCEPTION 'order_line rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER order_line_frozen_delete BEFORE DELETE ON order_line FOR EACH ROW EXECUTE FUNCTION order_line_frozen_delete()",
        "CREATE OR REPLACE FUNCTION invoice_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.number IS NOT NULL) AND (NEW.number IS DISTINCT FROM OLD.number OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.order_id IS DISTINCT FROM OLD.order_id OR NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.net IS DISTINCT FROM OLD.net OR NEW.tax IS DISTINCT FROM OLD.tax OR NEW.total IS DISTINCT FROM OLD.total OR NEW.discount_percent IS DISTINCT FROM OLD.discount_percent OR NEW.cost IS DISTINCT FROM OLD.cost OR NEW.credits_id IS DISTINCT FROM OLD.credits_id OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.note IS DISTINCT FROM OLD.note OR NEW.issued_on IS DISTINCT FROM OLD.issued_on OR NEW.issued_at IS DISTINCT FROM OLD.issued_at OR NEW.due_on IS DISTINCT FROM OLD.due_on OR NEW.snapshot_hash IS DISTINCT FROM OLD.snapshot_hash) THEN RAISE EXCEPTION 'invoice rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER invoice_frozen_update BEFORE UPDATE ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_frozen_update()",
        "CREATE OR REPLACE FUNCTION invoice_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.number IS NOT NULL THEN RAISE EXCEPTION 'invoice rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER invoice_frozen_delete BEFORE DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_frozen_delete()",
        "CREATE OR REPLACE FUNCTION invoice_line_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT i.number FROM invoice i WHERE i.id = OLD.invoice_id) IS NOT NULL THEN RAISE EXCEPTION 'invoice_line rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER invoice_line_frozen_update BEFORE UPDATE ON invoice_line FOR EACH ROW EXECUTE FUNCTION invoice_line_frozen_update()",
        "CREATE OR REPLACE FUNCTION invoice_line_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT i.number FROM invoice i WHERE i.id = OLD.invoice_id) IS NOT NULL THEN RAISE EXCEPTION 'invoice_line rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER invoice_line_frozen_delete BEFORE DELETE ON invoice_line FOR EACH ROW EXECUTE FUNCTION invoice_line_frozen_delete()",
        "CREATE OR REPLACE FUNCTION payment_append_only_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'payment rows are append only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER payment_append_only_update BEFORE UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION payment_append_only_update()",
        "CREATE OR REPLACE FUNCTION payment_append_only_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'payment rows are append only'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER payment_append_only_delete BEFORE DELETE ON payment FOR EACH ROW EXECUTE FUNCTION payment_append_only_delete()",
        "CREATE OR REPLACE FUNCTION page_version_append_only_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'page_version rows are append only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER page_version_append_only_update BEFORE UPDATE ON page_version FOR EACH ROW EXECUTE FUNCTION page_version_append_only_update()",
        "CREATE OR REPLACE FUNCTION page_version_append_only_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'page_version rows are append only'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER page_version_append_only_delete BEFORE DELETE ON page_version FOR EACH ROW EXECUTE FUNCTION page_version_append_only_delete()",
        "CREATE OR REPLACE FUNCTION target_month_frozen_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF ((SELECT p.state FROM target t JOIN target_node n ON n.id = t.node_id JOIN target_plan p ON p.id = n.plan_id WHERE t.id = OLD.target_id) IN ('approved', 'superseded')) AND (NEW.amount IS DISTINCT FROM OLD.amount) THEN RAISE EXCEPTION 'target_month rows are frozen'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER target_month_frozen_update BEFORE UPDATE ON target_month FOR EACH ROW EXECUTE FUNCTION target_month_frozen_update()",
        "CREATE OR REPLACE FUNCTION target_month_frozen_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT p.state FROM target t JOIN target_node n ON n.id = t.node_id JOIN target_plan p ON p.id = n.plan_id WHERE t.id = OLD.target_id) IN ('approved', 'superseded') THEN RAISE EXCEPTION 'target_month rows are frozen'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER target_month_frozen_delete BEFORE DELETE ON target_month FOR EACH ROW EXECUTE FUNCTION target_month_frozen_delete()",
        "CREATE OR REPLACE FUNCTION message_followed_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tally_due (slice) SELECT NEW.id / 16384; RETURN NULL; END $$",
        "CREATE TRIGGER message_followed_update AFTER UPDATE OF sent_at, state, bounced_at, opened_at, human_opened_at, clicked_at, human_clicked_at, replied_at, unsubscribed_at, complained_at, converted_at ON message FOR EACH ROW WHEN (NEW.batch_id IS NOT NULL AND NEW.state <> 'sending') EXECUTE FUNCTION message_followed_update()",
        "CREATE OR REPLACE FUNCTION message_followed_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tally_due (slice) SELECT OLD.id / 16384; RETURN NULL; END $$",
        "CREATE TRIGGER message_followed_delete AFTER DELETE ON message FOR EACH ROW WHEN (OLD.batch_id IS NOT NULL) EXECUTE FUNCTION message_followed_delete()",
        "CREATE OR REPLACE FUNCTION message_event_followed_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tally_due (slice) SELECT id / 16384 FROM message WHERE id = NEW.message_id AND batch_id IS NOT NULL; RETURN NULL; END $$",
        "CREATE TRIGGER message_event_followed_insert AFTER INSERT ON message_event FOR EACH ROW WHEN (1 = 1) EXECUTE FUNCTION message_event_followed_insert()",
        "CREATE OR REPLACE FUNCTION message_event_followed_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tally_due (slice) SELECT id / 16384 FROM message WHERE id = NEW.message_id AND batch_id IS NOT NULL; RETURN NULL; END $$",
        "CREATE TRIGGER message_event_followed_update AFTER UPDATE OF verdict ON message_event FOR EACH ROW WHEN (1 = 1) EXECUTE FUNCTION message_event_followed_update()",
        "CREATE OR REPLACE FUNCTION message_event_followed_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tally_due (slice) SELECT id / 16384 FROM message WHERE id = OLD.message_id AND batch_id IS NOT NULL; RETURN NULL; END $$",
        "CREATE TRIGGER message_event_followed_delete AFTER DELETE ON message_event FOR EACH ROW WHEN (1 = 1) EXECUTE FUNCTION message_event_followed_delete()",
        "CREATE INDEX ix_search_entry_words ON search_entry USING gin (to_tsvector('simple', title || ' ' || body))",
    ],
}


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_record", ["noun_of", "record_id", "id"], unique=False)

    op.create_table(
        "brand_kit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=False),
        sa.Column("accent", sa.String(), nullable=False),
        sa.Column("font", sa.String(), nullable=False),
        sa.Column("logo", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("social", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_brand_kit_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_kit")),
    )
    op.create_table(
        "cadence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Enum("A", "B", "C", name="tier", native_enum=False, length=24), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_cadence_days_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence")),
        sa.UniqueConstraint("tier", name=op.f("uq_cadence_tier")),
    )
    op.create_table(
        "capacity_scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_scenario")),
        sa.UniqueConstraint("starts_on", "name", name=op.f("uq_capacity_scenario_starts_on_name")),
    )
    op.create_table(
        "captured_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captured_message")),
    )
    op.create_table(
        "channel_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column(
            "commercial",
            sa.Enum("restrictive", "non_restrictive", "disabled", name="enforcement", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "transactional",
            sa.Enum("restrictive", "non_restrictive", "disabled", name="enforcement", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "tracking",
            sa.Enum("restrictive", "non_restrictive", "disabled", name="enforcement", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("per_week", sa.Integer(), nullable=True),
        sa.Column("per_month", sa.Integer(), nullable=True),
        sa.Column("over_cap", sa.Enum("drop", "wait", name="overcap", native_enum=False, length=24), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel <> 'sms' OR commercial = 'restrictive'", name=op.f("ck_channel_policy_sms_needs_a_yes")
        ),
        sa.CheckConstraint("commercial <> 'disabled'", name=op.f("ck_channel_policy_an_objection_counts")),
        sa.CheckConstraint(
            "per_day > 0 AND per_week > 0 AND per_month > 0", name=op.f("ck_channel_policy_caps_positive")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_policy")),
        sa.UniqueConstraint("channel", name=op.f("uq_channel_policy_channel")),
    )
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("vat_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("fiscal_year_start", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("accent", sa.String(), nullable=False),
        sa.Column("logo_key", sa.String(), nullable=True),
        sa.Column("bank_name", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("bic", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_company_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "compensation_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compensation_plan")),
        sa.UniqueConstraint("name", name=op.f("uq_compensation_plan_name")),
    )
    op.create_table(
        "contact_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_contact_point_channel_address")),
    )
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("export", "erase", name="requestkind", native_enum=False, length=24), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "done", "refused", name="requeststate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.create_index(
            "uq_data_request_open",
            ["channel", "address_hash", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "email_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_picture")),
        sa.UniqueConstraint("digest", name=op.f("uq_email_picture_digest")),
        sa.UniqueConstraint("key", name=op.f("uq_email_picture_key")),
    )
    op.create_table(
        "engagement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("named_first", sa.Boolean(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("hold_over_days", sa.Integer(), nullable=False),
        sa.Column("exclusive_days", sa.Integer(), nullable=False),
        sa.Column("reps_give", sa.Boolean(), nullable=False),
        sa.Column("managers_give_out", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "notice_days >= 0 AND hold_over_days >= 0 AND exclusive_days >= 0",
            name=op.f("ck_engagement_days_not_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_engagement_starts_on")),
    )
    op.create_table(
        "erasure", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure"))
    )
    op.create_table(
        "form_nonce",
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_form_nonce")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_token_hash")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index("ix_link_record", ["purpose", "record_id"], unique=False)

    op.create_table(
        "mail_server",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("transactional", sa.Boolean(), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        sa.Column("sender_domains", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("domain_limits", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("warm_up", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("warm_up_from", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_server")),
        sa.UniqueConstraint("name", name=op.f("uq_mail_server_name")),
    )
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("name", name=op.f("uq_mailbox_name")),
    )
    op.create_table(
        "message_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("is_template", sa.Boolean(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("translates_id", sa.Integer(), nullable=True),
        sa.Column("attachments", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["translates_id"], ["message_content.id"], name=op.f("fk_message_content_translates_id_message_content")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_content")),
    )
    with op.batch_alter_table("message_content", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_content_translates_id"), ["translates_id"], unique=False)

    op.create_table(
        "number_series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 0", name=op.f("ck_number_series_last_not_negative")),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "outbox_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("due", "running", "done", "dead", name="entrystate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_entry_key")),
    )
    with op.batch_alter_table("outbox_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_entry_open",
            ["queue", "due_at", "id"],
            unique=False,
            postgresql_where=sa.text("state IN ('due', 'running')"),
            sqlite_where=sa.text("state IN ('due', 'running')"),
        )

    op.create_table(
        "payout_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "calculated",
                "in_review",
                "approved",
                "locked",
                name="periodstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("calculated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_by", sa.String(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snapshot_hash", sa.String(), nullable=True),
        sa.Column("problems", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'locked') = (snapshot_hash IS NOT NULL)", name=op.f("ck_payout_period_locked_is_frozen")
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_payout_period_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_period")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_payout_period_starts_on")),
    )
    op.create_table(
        "price_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("name", name=op.f("uq_price_list_name")),
    )
    with op.batch_alter_table("price_list", schema=None) as batch_op:
        batch_op.create_index(
            "uq_price_list_one_default",
            ["currency"],
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        )

    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("tax_category", sa.String(), nullable=False),
        sa.Column("standard_cost", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    op.create_table(
        "ramp_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("percents", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ramp_profile")),
        sa.UniqueConstraint("name", name=op.f("uq_ramp_profile_name")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("permissions", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "saved_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("block", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_block")),
        sa.UniqueConstraint("name", name=op.f("uq_saved_block_name")),
    )
    op.create_table(
        "schedule_slot",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_schedule_slot")),
    )
    op.create_table(
        "score_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_receipt")),
        info={"derived": True},
    )
    with op.batch_alter_table("score_receipt", schema=None) as batch_op:
        batch_op.create_index("ix_score_receipt_record", ["noun_of", "record_id"], unique=False)

    op.create_table(
        "score_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("half_life", sa.Integer(), nullable=True),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("part IN ('fit', 'engagement')", name=op.f("ck_score_rule_part_known")),
        sa.CheckConstraint("cap IS NULL OR cap > 0", name=op.f("ck_score_rule_cap_positive")),
        sa.CheckConstraint("half_life IS NULL OR half_life > 0", name=op.f("ck_score_rule_half_life_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_rule")),
    )
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("noun_of", "record_id", name=op.f("uq_search_entry_noun_of_record_id")),
        info={"derived": True},
    )
    op.create_table(
        "segment_touch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_touch")),
    )
    op.create_table(
        "sender_domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("selector", sa.String(), nullable=False),
        sa.Column("private_key", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("signing", sa.Boolean(), nullable=False),
        sa.Column("return_domain", sa.String(), nullable=False),
        sa.Column("spf_include", sa.String(), nullable=False),
        sa.Column("found", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_domain")),
        sa.UniqueConstraint("domain", name=op.f("uq_sender_domain_domain")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "social_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "network",
            sa.Enum("mastodon", "webhook", "linkedin", "x", "facebook", name="network", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_account")),
        sa.UniqueConstraint("name", name=op.f("uq_social_account_name")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index("ix_stored_file_record", ["noun_of", "record_id"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "unsubscribed",
                "hard_bounce",
                "complaint",
                "stop",
                "manual",
                "erased",
                name="suppressionreason",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("channel", "address_hash", name=op.f("uq_suppression_channel_address_hash")),
    )
    op.create_table(
        "suppression_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "unsubscribed",
                "hard_bounce",
                "complaint",
                "stop",
                "manual",
                "erased",
                name="suppressionreason",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression_event")),
    )
    with op.batch_alter_table("suppression_event", schema=None) as batch_op:
        batch_op.create_index("ix_suppression_event_address", ["channel", "address_hash", "id"], unique=False)

    op.create_table(
        "tally_due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slice", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_due")),
    )
    with op.batch_alter_table("tally_due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_due_slice"), ["slice"], unique=False)

    op.create_table(
        "tally_slice",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_slice")),
    )
    op.create_table(
        "target_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "submitted", "approved", "superseded", name="planstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("seasonality", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name=op.f("ck_target_plan_submitted_when")),
        sa.CheckConstraint(
            "(state IN ('approved', 'superseded')) = (approved_at IS NOT NULL)",
            name=op.f("ck_target_plan_approved_when"),
        ),
        sa.CheckConstraint(
            "effective_on >= starts_on AND effective_on < ends_on", name=op.f("ck_target_plan_effective_within")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_plan")),
        sa.UniqueConstraint("starts_on", "number", name=op.f("uq_target_plan_starts_on_number")),
    )
    with op.batch_alter_table("target_plan", schema=None) as batch_op:
        batch_op.create_index(
            "uq_target_plan_approved",
            ["starts_on"],
            unique=True,
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )
        batch_op.create_index(
            "uq_target_plan_open",
            ["starts_on"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        )

    op.create_table(
        "tax_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
        sa.UniqueConstraint("country", "region", "category", name=op.f("uq_tax_rate_country_region_category")),
    )
    op.create_table(
        "territory_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("planning", "active", "archived", name="modelstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'archived') = (archived_at IS NOT NULL)", name=op.f("ck_territory_model_archived_when")
        ),
        sa.CheckConstraint(
            "state = 'planning' OR activated_at IS NOT NULL", name=op.f("ck_territory_model_activated_when")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_model")),
        sa.UniqueConstraint("name", name=op.f("uq_territory_model_name")),
    )
    with op.batch_alter_table("territory_model", schema=None) as batch_op:
        batch_op.create_index(
            "uq_territory_model_active",
            ["state"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("name", name=op.f("uq_topic_name")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind", sa.Enum("company", "unit", "team", name="unitkind", native_enum=False, length=24), nullable=False
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("cost_centre", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_name")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_path"), ["path"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("demo_order", sa.Integer(), nullable=True),
        sa.Column("demo_note", sa.String(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(), nullable=True),
        sa.Column("current_login_ip", sa.String(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=False),
        sa.Column("tf_primary_method", sa.String(), nullable=True),
        sa.Column("tf_totp_secret", sa.String(), nullable=True),
        sa.Column("tf_phone_number", sa.String(), nullable=True),
        sa.Column("totp_last_counter", sa.Integer(), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("fs_webauthn_user_handle", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_fs_uniquifier")),
        sa.UniqueConstraint("fs_webauthn_user_handle", name=op.f("uq_user_fs_webauthn_user_handle")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("ses", "postmark", "sendgrid", "mailgun", name="provider", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("problem_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("provider", name=op.f("uq_webhook_provider")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("commercial", "transactional", "tracking", name="purpose", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("opted_in", "opted_out", "pending", name="consentstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_consent_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "channel", "address", "purpose", "topic_id", name=op.f("uq_consent_channel_address_purpose_topic_id")
        ),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            "uq_consent_purpose",
            ["channel", "address", "purpose"],
            unique=True,
            sqlite_where=sa.text("topic_id IS NULL"),
            postgresql_where=sa.text("topic_id IS NULL"),
        )

    op.create_table(
        "consent_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("commercial", "transactional", "tracking", name="purpose", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("opted_in", "opted_out", "pending", name="consentstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("page_version", sa.Integer(), nullable=True),
        sa.Column("ip", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_consent_event_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    with op.batch_alter_table("consent_event", schema=None) as batch_op:
        batch_op.create_index("ix_consent_event_address", ["channel", "address", "id"], unique=False)

    op.create_table(
        "long_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("spec", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("queued", "running", "done", "failed", "cancelled", name="workstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("noted", sa.Integer(), nullable=False),
        sa.Column("result_key", sa.String(), nullable=True),
        sa.Column("result_name", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("cancel_wanted", sa.Boolean(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name=op.f("ck_long_work_progress")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_long_work_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_long_work")),
    )
    with op.batch_alter_table("long_work", schema=None) as batch_op:
        batch_op.create_index(
            "ix_long_work_open",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state IN ('queued', 'running')"),
            sqlite_where=sa.text("state IN ('queued', 'running')"),
        )
        batch_op.create_index(batch_op.f("ix_long_work_user_id"), ["user_id"], unique=False)

    op.create_table(
        "mail_connection",
        sa.Column("server_id", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["server_id"], ["mail_server.id"], name=op.f("fk_mail_connection_server_id_mail_server"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("server_id", "worker", name=op.f("pk_mail_connection")),
    )
    op.create_table(
        "mail_pace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("server_id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("learned", sa.Double(), nullable=True),
        sa.Column("slowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rest_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("day_sent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["server_id"], ["mail_server.id"], name=op.f("fk_mail_pace_server_id_mail_server"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_pace")),
        sa.UniqueConstraint("server_id", "domain", name=op.f("uq_mail_pace_server_id_domain")),
    )
    op.create_table(
        "message_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("held", "running", "paused", "done", "cancelled", name="batchstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("watched_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["message_content.id"], name=op.f("fk_message_batch_content_id_message_content")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_batch")),
    )
    with op.batch_alter_table("message_batch", schema=None) as batch_op:
        batch_op.create_index("ix_message_batch_record", ["noun_of", "record_id"], unique=False)
        batch_op.create_index(
            "ix_message_batch_running",
            ["channel", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "message_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("anonymous", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["message_content.id"], name=op.f("fk_message_link_content_id_message_content")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_link")),
        sa.UniqueConstraint("content_id", "position", name=op.f("uq_message_link_content_id_position")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_notification_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("reason", name=op.f("uq_notification_reason")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index("ix_notification_user", ["user_id", "id"], unique=False)

    op.create_table(
        "plan_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "approved", "superseded", name="versionstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("terms", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_findings", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (approved_at IS NULL)", name=op.f("ck_plan_version_approved_when")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_plan_version_in_order")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["compensation_plan.id"], name=op.f("fk_plan_version_plan_id_compensation_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_version_plan_id_number")),
    )
    with op.batch_alter_table("plan_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_version_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "leadership",
                "manager",
                "account_executive",
                "account_manager",
                "inside_sales",
                "sdr",
                "channel_manager",
                "overlay",
                "operations",
                "other",
                name="positionrole",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("reports_to_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("carries_quota", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("ramp_id", sa.Integer(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0 AND capacity <= 10000", name=op.f("ck_position_capacity_share")),
        sa.ForeignKeyConstraint(["ramp_id"], ["ramp_profile.id"], name=op.f("fk_position_ramp_id_ramp_profile")),
        sa.ForeignKeyConstraint(["reports_to_id"], ["position.id"], name=op.f("fk_position_reports_to_id_position")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_position_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_position_reports_to_id"), ["reports_to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_position_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "price_list_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("min_quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("min_quantity > 0", name=op.f("ck_price_list_item_quantity_positive")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_price_list_item_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_list.id"], name=op.f("fk_price_list_item_price_list_id_price_list")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_price_list_item_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_item")),
        sa.UniqueConstraint(
            "price_list_id",
            "product_id",
            "min_quantity",
            name=op.f("uq_price_list_item_price_list_id_product_id_min_quantity"),
        ),
    )
    with op.batch_alter_table("price_list_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_list_item_product_id"), ["product_id"], unique=False)

    op.create_table(
        "recognition",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recognition_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_recognition")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("listing", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "listing", "name", name=op.f("uq_saved_view_user_id_listing_name")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_listing"), ["listing"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "territory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("stands_for_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["territory_model.id"], name=op.f("fk_territory_model_id_territory_model")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["territory.id"], name=op.f("fk_territory_parent_id_territory")),
        sa.ForeignKeyConstraint(
            ["stands_for_id"], ["territory.id"], name=op.f("fk_territory_stands_for_id_territory"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory")),
        sa.UniqueConstraint("model_id", "name", name=op.f("uq_territory_model_id_name")),
    )
    with op.batch_alter_table("territory", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_territory_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_territory_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_territory_stands_for_id"), ["stands_for_id"], unique=False)
        batch_op.create_index(
            "uq_territory_default",
            ["model_id"],
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        )

    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_role_role_id_role")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    op.create_table(
        "webauthn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=True),
        sa.Column("extensions", sa.String(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("usage", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_webauthn_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webauthn")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_webauthn_credential_id")),
    )
    with op.batch_alter_table("webauthn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webauthn_user_id"), ["user_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("annual_revenue", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_e164", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("vat_id", sa.String(), nullable=False),
        sa.Column("buyer_reference", sa.String(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.Enum("A", "B", "C", name="tier", native_enum=False, length=24), nullable=False),
        sa.Column("cadence_days", sa.Integer(), nullable=True),
        sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cadence_days > 0", name=op.f("ck_account_cadence_positive")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_account_owner_id_position")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_account_price_list_id_price_list")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_account_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("number", name=op.f("uq_account_number")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(
            "ix_account_cadence",
            ["cadence_days"],
            unique=False,
            sqlite_where=sa.text("cadence_days IS NOT NULL"),
            postgresql_where=sa.text("cadence_days IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_account_domain"), ["domain"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "ix_account_touch",
            ["tier", "last_touch_at", "created_at", "cadence_days", "owner_id", "territory_id", "id"],
            unique=False,
        )

    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "note",
                "call",
                "meeting",
                "task",
                "email",
                "sms",
                "form",
                "stage",
                "document",
                "payment",
                "system",
                name="kind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("done_at IS NULL OR due_at IS NOT NULL", name=op.f("ck_activity_only_tasks_are_done")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_activity_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_activity_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(
            "ix_activity_open",
            ["owner_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL AND done_at IS NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL AND done_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_activity_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activity_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "assignment_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "subject", sa.Enum("leads", "accounts", name="subject", native_enum=False, length=24), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("employees_from", sa.Integer(), nullable=True),
        sa.Column("employees_to", sa.Integer(), nullable=True),
        sa.Column(
            "method",
            sa.Enum("named", "round_robin", "load", "territory", name="method", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("position_ids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("skips_away", sa.Boolean(), nullable=False),
        sa.Column("last_position_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_assignment_rule_capacity_positive")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_assignment_rule_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_assignment_rule_name")),
    )
    with op.batch_alter_table("assignment_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_rule_subject"), ["subject"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("utm_campaign", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("planned", "active", "ended", name="campaignstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("objective", sa.String(), nullable=False),
        sa.Column(
            "goal", sa.Enum("leads", "pipeline", "revenue", name="goal", native_enum=False, length=24), nullable=False
        ),
        sa.Column("goal_value", sa.BigInteger(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("budget >= 0", name=op.f("ck_campaign_budget")),
        sa.CheckConstraint(
            "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name=op.f("ck_campaign_in_order")
        ),
        sa.CheckConstraint("goal_value >= 0", name=op.f("ck_campaign_goal_value")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_campaign_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_campaign_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("utm_campaign", name=op.f("uq_campaign_utm_campaign")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "capacity_hire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("reports_to_id", sa.Integer(), nullable=False),
        sa.Column("ramp_id", sa.Integer(), nullable=True),
        sa.Column("quota", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("count BETWEEN 1 AND 500", name=op.f("ck_capacity_hire_count_within")),
        sa.CheckConstraint("quota > 0", name=op.f("ck_capacity_hire_quota_positive")),
        sa.ForeignKeyConstraint(["ramp_id"], ["ramp_profile.id"], name=op.f("fk_capacity_hire_ramp_id_ramp_profile")),
        sa.ForeignKeyConstraint(
            ["reports_to_id"], ["position.id"], name=op.f("fk_capacity_hire_reports_to_id_position")
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id"],
            ["capacity_scenario.id"],
            name=op.f("fk_capacity_hire_scenario_id_capacity_scenario"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_hire")),
    )
    with op.batch_alter_table("capacity_hire", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capacity_hire_scenario_id"), ["scenario_id"], unique=False)

    op.create_table(
        "channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "direct",
                "inside",
                "partner",
                "web",
                "event",
                "referral",
                name="channelkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("cost_percent", sa.BigInteger(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=True),
        sa.Column("max_discount_percent", sa.BigInteger(), nullable=True),
        sa.Column("protect_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost_percent BETWEEN 0 AND 1000000", name=op.f("ck_channel_cost_percent")),
        sa.CheckConstraint("max_discount_percent BETWEEN 0 AND 1000000", name=op.f("ck_channel_max_discount_percent")),
        sa.CheckConstraint("protect_days BETWEEN 1 AND 730", name=op.f("ck_channel_protect_days")),
        sa.ForeignKeyConstraint(["answers_id"], ["position.id"], name=op.f("fk_channel_answers_id_position")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_channel_price_list_id_price_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("name", name=op.f("uq_channel_name")),
    )
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_coverage_position_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_coverage_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        sa.UniqueConstraint("position_id", "territory_id", name=op.f("uq_coverage_position_id_territory_id")),
    )
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coverage_position_id"), ["position_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_coverage_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_delegation_in_order")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_delegation_position_id_position")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_delegation_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_position_id"), ["position_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_user_id"), ["user_id"], unique=False)

    op.create_table(
        "email",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("translation_of_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("preheader", sa.String(), nullable=False),
        sa.Column("document", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("missing", sa.Enum("blank", "refuse", name="missing", native_enum=False, length=24), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_email_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_email_territory_id_territory")),
        sa.ForeignKeyConstraint(["translation_of_id"], ["email.id"], name=op.f("fk_email_translation_of_id_email")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email")),
    )
    with op.batch_alter_table("email", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_email_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_email_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "uq_email_translation",
            ["translation_of_id", "language"],
            unique=True,
            sqlite_where=sa.text("translation_of_id IS NOT NULL"),
            postgresql_where=sa.text("translation_of_id IS NOT NULL"),
        )

    op.create_table(
        "lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("job_title", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("new", "contacted", "qualified", "disqualified", name="leadstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("disqualified_reason", sa.String(), nullable=False),
        sa.Column("qualified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fit", sa.Integer(), nullable=False),
        sa.Column("engagement", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_because", sa.String(), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'disqualified') = (disqualified_reason <> '')", name=op.f("ck_lead_disqualified_with_reason")
        ),
        sa.CheckConstraint("(state = 'qualified') = (qualified_at IS NOT NULL)", name=op.f("ck_lead_qualified_when")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_lead_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_lead_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_score"), ["score"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_source"), ["source"], unique=False)
        batch_op.create_index("ix_lead_state_grade", ["state", "grade", "responded_at", "owner_id"], unique=False)
        batch_op.create_index("ix_lead_state_score", ["state", "score"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "uq_lead_open_email",
            ["email"],
            unique=True,
            sqlite_where=sa.text("state IN ('new', 'contacted')"),
            postgresql_where=sa.text("state IN ('new', 'contacted')"),
        )

    op.create_table(
        "message_tally",
        sa.Column("slice", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column(
            "dimension",
            sa.Enum("all", "hour", "domain", "device", "link", name="dimension", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("bounced", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("human_opened", sa.Integer(), nullable=False),
        sa.Column("clicked", sa.Integer(), nullable=False),
        sa.Column("human_clicked", sa.Integer(), nullable=False),
        sa.Column("replied", sa.Integer(), nullable=False),
        sa.Column("unsubscribed", sa.Integer(), nullable=False),
        sa.Column("complained", sa.Integer(), nullable=False),
        sa.Column("converted", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("human_opens", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("human_clicks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["message_batch.id"], name=op.f("fk_message_tally_batch_id_message_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slice", "batch_id", "dimension", "key", name=op.f("pk_message_tally")),
    )
    with op.batch_alter_table("message_tally", schema=None) as batch_op:
        batch_op.create_index("ix_message_tally_batch", ["batch_id", "dimension"], unique=False)

    op.create_table(
        "plan_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("target_incentive", sa.BigInteger(), nullable=False),
        sa.Column("accepted_version_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_plan_participant_in_order")),
        sa.CheckConstraint("target_incentive >= 0", name=op.f("ck_plan_participant_target_not_negative")),
        sa.ForeignKeyConstraint(
            ["accepted_version_id"],
            ["plan_version.id"],
            name=op.f("fk_plan_participant_accepted_version_id_plan_version"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["compensation_plan.id"], name=op.f("fk_plan_participant_plan_id_compensation_plan")
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_plan_participant_position_id_position")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_plan_participant_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_participant")),
    )
    with op.batch_alter_table("plan_participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_participant_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_participant_position_id"), ["position_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_participant_user_id"), ["user_id"], unique=False)

    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_seat_in_order")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_seat_position_id_position")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_seat_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_position_id"), ["position_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_user_id"), ["user_id"], unique=False)

    op.create_table(
        "segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("static", "dynamic", "snapshot", name="segmentkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("rule", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("taken_from_id", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_segment_owner_id_position")),
        sa.ForeignKeyConstraint(
            ["taken_from_id"], ["segment.id"], name=op.f("fk_segment_taken_from_id_segment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_segment_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("name", name=op.f("uq_segment_name")),
    )
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_segment_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "strategy_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "targets",
                "organization",
                "compensation",
                "channels",
                "territories",
                "responsibility",
                name="step",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("not_started", "in_work", "approved", name="stepstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_at IS NOT NULL)", name=op.f("ck_strategy_step_approved_when")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["position.id"], name=op.f("fk_strategy_step_lead_id_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_step")),
        sa.UniqueConstraint("starts_on", "step", name=op.f("uq_strategy_step_starts_on_step")),
    )
    op.create_table(
        "tally_batch",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("domains", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["message_batch.id"], name=op.f("fk_tally_batch_batch_id_message_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_tally_batch")),
    )
    op.create_table(
        "target_node",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("company", "unit", "team", "territory", "position", name="nodekind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_target_node_owner_id_position")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["target_node.id"], name=op.f("fk_target_node_parent_id_target_node"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["target_plan.id"], name=op.f("fk_target_node_plan_id_target_plan"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_target_node_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_node")),
        sa.UniqueConstraint("plan_id", "key", name=op.f("uq_target_node_plan_id_key")),
    )
    with op.batch_alter_table("target_node", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_node_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_target_node_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_target_node_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "territory_activation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("former_id", sa.Integer(), nullable=True),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("hold_over_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("quota", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("quota_moved", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("quota_said", sa.String(), nullable=False),
        sa.Column("target_plan_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["former_id"], ["territory_model.id"], name=op.f("fk_territory_activation_former_id_territory_model")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["territory_model.id"], name=op.f("fk_territory_activation_model_id_territory_model")
        ),
        sa.ForeignKeyConstraint(
            ["target_plan_id"],
            ["target_plan.id"],
            name=op.f("fk_territory_activation_target_plan_id_target_plan"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["work_id"], ["long_work.id"], name=op.f("fk_territory_activation_work_id_long_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_activation")),
    )
    op.create_table(
        "territory_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("most_moves", sa.Integer(), nullable=False),
        sa.Column("curve", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("most_moves > 0", name=op.f("ck_territory_proposal_most_moves_positive")),
        sa.ForeignKeyConstraint(
            ["base_id"],
            ["territory_model.id"],
            name=op.f("fk_territory_proposal_base_id_territory_model"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["territory_model.id"],
            name=op.f("fk_territory_proposal_model_id_territory_model"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["work_id"], ["long_work.id"], name=op.f("fk_territory_proposal_work_id_long_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_proposal")),
    )
    op.create_table(
        "territory_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("inherited", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("postcode_from", sa.String(), nullable=True),
        sa.Column("postcode_to", sa.String(), nullable=True),
        sa.Column("industry", sa.String(), nullable=True),
        sa.Column("employees_from", sa.Integer(), nullable=True),
        sa.Column("employees_to", sa.Integer(), nullable=True),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(postcode_from IS NULL) = (postcode_to IS NULL)", name=op.f("ck_territory_rule_postcode_pair")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_territory_rule_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_rule")),
    )
    with op.batch_alter_table("territory_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_territory_rule_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_ids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("to_position_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("hold_over_until", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("planned", "done", "undone", "cancelled", name="transferstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(state = 'planned' OR state = 'cancelled') = (done_at IS NULL)", name=op.f("ck_transfer_done_when")
        ),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name=op.f("ck_transfer_undone_when")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_transfer_territory_id_territory")),
        sa.ForeignKeyConstraint(["to_position_id"], ["position.id"], name=op.f("fk_transfer_to_position_id_position")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_transfer_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_transfer_planned",
            ["effective_on"],
            unique=False,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )

    op.create_table(
        "work_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_id"], ["long_work.id"], name=op.f("fk_work_remark_work_id_long_work"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_remark")),
    )
    with op.batch_alter_table("work_remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_remark_work_id"), ["work_id"], unique=False)

    op.create_table(
        "work_trace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("traces", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_id"], ["long_work.id"], name=op.f("fk_work_trace_work_id_long_work"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_trace")),
    )
    with op.batch_alter_table("work_trace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_trace_work_id"), ["work_id"], unique=False)

    op.create_table(
        "account_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("hold_over_until", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_account_assignment_in_order")),
        sa.CheckConstraint(
            "hold_over_until IS NULL OR hold_over_until > ends_on",
            name=op.f("ck_account_assignment_hold_over_after_end"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_assignment_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_account_assignment_owner_id_position")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_account_assignment_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_assignment")),
    )
    with op.batch_alter_table("account_assignment", schema=None) as batch_op:
        batch_op.create_index("ix_account_assignment_account", ["account_id", "starts_on"], unique=False)
        batch_op.create_index("ix_account_assignment_owner", ["owner_id", "starts_on"], unique=False)
        batch_op.create_index(
            "uq_account_assignment_current",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("ends_on IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL"),
        )

    op.create_table(
        "account_team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "specialist",
                "customer_success",
                "overlay",
                "executive_sponsor",
                "inside_sales",
                "service",
                name="teamrole",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("access", sa.Enum("view", "edit", name="access", native_enum=False, length=24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_team_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_account_team_position_id_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_team")),
        sa.UniqueConstraint("account_id", "position_id", name=op.f("uq_account_team_account_id_position_id")),
    )
    with op.batch_alter_table("account_team", schema=None) as batch_op:
        batch_op.create_index("ix_account_team_position", ["position_id", "account_id"], unique=False)

    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("commercial", "transactional", "tracking", name="purpose", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("segment_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "scheduled",
                "freezing",
                "sending",
                "paused",
                "sent",
                "cancelled",
                name="broadcaststate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("timing", sa.Enum("now", "at", "local", name="timing", native_enum=False, length=24), nullable=False),
        sa.Column("wall_time", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column(
            "if_passed", sa.Enum("next_day", "at_once", name="passed", native_enum=False, length=24), nullable=False
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("started_by", sa.Integer(), nullable=True),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("frozen_to", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rest_batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_broadcast_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_broadcast_owner_id_position")),
        sa.ForeignKeyConstraint(
            ["rest_batch_id"], ["message_batch.id"], name=op.f("fk_broadcast_rest_batch_id_message_batch")
        ),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_broadcast_segment_id_segment")),
        sa.ForeignKeyConstraint(["started_by"], ["user.id"], name=op.f("fk_broadcast_started_by_user")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_broadcast_territory_id_territory")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_broadcast_topic_id_topic")),
        sa.ForeignKeyConstraint(["work_id"], ["long_work.id"], name=op.f("fk_broadcast_work_id_long_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_broadcast_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_broadcast_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_broadcast_segment_id"), ["segment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_broadcast_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "campaign_cost",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_campaign_cost_amount_positive")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_cost_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_cost")),
    )
    with op.batch_alter_table("campaign_cost", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_cost_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "channel_source",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_channel_source_channel_id_channel"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_channel_source")),
    )
    with op.batch_alter_table("channel_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_source_channel_id"), ["channel_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("job_title", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_e164", sa.String(), nullable=False),
        sa.Column("mobile", sa.String(), nullable=False),
        sa.Column("mobile_e164", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_account_id_account")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_contact_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_contact_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("email", name=op.f("uq_contact_email")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_mobile_e164"), ["mobile_e164"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_phone_e164"), ["phone_e164"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("recoverable", "non_recoverable", "guarantee", name="drawkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recovery", sa.BigInteger(), nullable=False),
        sa.Column("recovers_from", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_draw_amount_positive")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_draw_in_order")),
        sa.CheckConstraint("recovery BETWEEN 0 AND 1000000", name=op.f("ck_draw_recovery_percent")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["plan_participant.id"], name=op.f("fk_draw_participant_id_plan_participant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
    )
    with op.batch_alter_table("draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "earning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("interval_starts", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reverses", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("document_amount", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=True),
        sa.Column("pays", sa.BigInteger(), nullable=False),
        sa.Column("residual", sa.BigInteger(), nullable=False),
        sa.Column("slices", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["plan_participant.id"], name=op.f("fk_earning_participant_id_plan_participant")
        ),
        sa.ForeignKeyConstraint(["period_id"], ["payout_period.id"], name=op.f("fk_earning_period_id_payout_period")),
        sa.ForeignKeyConstraint(["version_id"], ["plan_version.id"], name=op.f("fk_earning_version_id_plan_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earning")),
        sa.UniqueConstraint("participant_id", "component", "key", name=op.f("uq_earning_participant_id_component_key")),
    )
    with op.batch_alter_table("earning", schema=None) as batch_op:
        batch_op.create_index("ix_earning_period", ["period_id", "participant_id"], unique=False)
        batch_op.create_index(
            "ix_earning_reverses",
            ["reverses"],
            unique=False,
            sqlite_where=sa.text("reverses <> ''"),
            postgresql_where=sa.text("reverses <> ''"),
        )
        batch_op.create_index("ix_earning_source", ["source"], unique=False)

    op.create_table(
        "email_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["email.id"], name=op.f("fk_email_step_email_id_email"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_step")),
        sa.UniqueConstraint("email_id", "number", name=op.f("uq_email_step_email_id_number")),
    )
    op.create_table(
        "email_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("translates_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("preheader", sa.String(), nullable=False),
        sa.Column("document", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_by_hand", sa.Boolean(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["email_id"], ["email.id"], name=op.f("fk_email_version_email_id_email")),
        sa.ForeignKeyConstraint(
            ["translates_id"], ["email_version.id"], name=op.f("fk_email_version_translates_id_email_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_version")),
        sa.UniqueConstraint("email_id", "number", name=op.f("uq_email_version_email_id_number")),
    )
    with op.batch_alter_table("email_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_email_version_translates_id"), ["translates_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("online_url", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "cancelled", "ended", name="eventstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("news_wording", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("double_opt_in", sa.Boolean(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_event_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_in_order")),
        sa.CheckConstraint(
            "taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name=op.f("ck_event_not_oversold")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_event_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_event_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_event_territory_id_territory")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_event_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
        sa.UniqueConstraint("uid", name=op.f("uq_event_uid")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "landing_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("consent_wording", sa.String(), nullable=False),
        sa.Column("news_wording", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("double_opt_in", sa.Boolean(), nullable=False),
        sa.Column("thanks", sa.String(), nullable=False),
        sa.Column("ask_phone", sa.Boolean(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_landing_page_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_landing_page_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landing_page")),
        sa.UniqueConstraint("slug", name=op.f("uq_landing_page_slug")),
    )
    with op.batch_alter_table("landing_page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_landing_page_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "objective_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 2000000", name=op.f("ck_objective_result_percent")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["plan_participant.id"],
            name=op.f("fk_objective_result_participant_id_plan_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["payout_period.id"], name=op.f("fk_objective_result_period_id_payout_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective_result")),
        sa.UniqueConstraint(
            "period_id",
            "participant_id",
            "component",
            name=op.f("uq_objective_result_period_id_participant_id_component"),
        ),
    )
    with op.batch_alter_table("objective_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objective_result_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_objective_result_period_id"), ["period_id"], unique=False)

    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("margin_percent", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("margin_percent BETWEEN 0 AND 1000000", name=op.f("ck_partner_margin_percent")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_partner_account_id_account")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_partner_channel_id_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("account_id", name=op.f("uq_partner_account_id")),
    )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_channel_id"), ["channel_id"], unique=False)

    op.create_table(
        "pay_adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "correction",
                "clawback",
                "spif",
                "bonus",
                "exception",
                name="adjustmentkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_pay_adjustment_why")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_pay_adjustment_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["plan_participant.id"], name=op.f("fk_pay_adjustment_participant_id_plan_participant")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["payout_period.id"], name=op.f("fk_pay_adjustment_period_id_payout_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_adjustment")),
    )
    with op.batch_alter_table("pay_adjustment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pay_adjustment_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pay_adjustment_period_id"), ["period_id"], unique=False)

    op.create_table(
        "regarding",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_regarding_activity_id_activity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("activity_id", "noun_of", "record_id", name=op.f("pk_regarding")),
    )
    with op.batch_alter_table("regarding", schema=None) as batch_op:
        batch_op.create_index("ix_regarding_record", ["noun_of", "record_id", "activity_id"], unique=False)

    op.create_table(
        "segment_part",
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["segment.id"], name=op.f("fk_segment_part_part_id_segment")),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_part_segment_id_segment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "part_id", name=op.f("pk_segment_part")),
    )
    with op.batch_alter_table("segment_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_part_part_id"), ["part_id"], unique=False)

    op.create_table(
        "social_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state", sa.Enum("draft", "scheduled", name="poststate", native_enum=False, length=24), nullable=False
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_social_post_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_social_post_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_social_post_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_post")),
    )
    with op.batch_alter_table("social_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_social_post_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_social_post_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_social_post_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("adjusted", sa.BigInteger(), nullable=False),
        sa.Column("opening_balance", sa.BigInteger(), nullable=False),
        sa.Column("topped_up", sa.BigInteger(), nullable=False),
        sa.Column("recovered", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("snapshot", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("snapshot_hash", sa.String(), nullable=True),
        sa.Column("pdf_key", sa.String(), nullable=True),
        sa.Column("pdf_problem", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["plan_participant.id"], name=op.f("fk_statement_participant_id_plan_participant")
        ),
        sa.ForeignKeyConstraint(["period_id"], ["payout_period.id"], name=op.f("fk_statement_period_id_payout_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("period_id", "participant_id", name=op.f("uq_statement_period_id_participant_id")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_period_id"), ["period_id"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "bookings",
                "invoiced",
                "collected",
                "margin",
                "new_customers",
                "deals",
                name="metric",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("stretch_percent", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("proposal_note", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("stretch_percent >= 0", name=op.f("ck_target_stretch_not_negative")),
        sa.ForeignKeyConstraint(
            ["node_id"], ["target_node.id"], name=op.f("fk_target_node_id_target_node"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("node_id", "metric", name=op.f("uq_target_node_id_metric")),
    )
    op.create_table(
        "territory_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_territory_pin_with_reason")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_territory_pin_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_pin")),
        sa.UniqueConstraint("account_id", name=op.f("uq_territory_pin_account_id")),
    )
    op.create_table(
        "transfer_item",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("from_owner_id", sa.Integer(), nullable=True),
        sa.Column("from_territory_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_owner_id"], ["position.id"], name=op.f("fk_transfer_item_from_owner_id_position")
        ),
        sa.ForeignKeyConstraint(
            ["from_territory_id"], ["territory.id"], name=op.f("fk_transfer_item_from_territory_id_territory")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_item_transfer_id_transfer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("transfer_id", "noun_of", "record_id", name=op.f("pk_transfer_item")),
    )
    with op.batch_alter_table("transfer_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_item_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_transfer_item_record", ["noun_of", "record_id"], unique=False)

    op.create_table(
        "broadcast_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arms", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_look_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_look")),
    )
    with op.batch_alter_table("broadcast_look", schema=None) as batch_op:
        batch_op.create_index("ix_broadcast_look_broadcast", ["broadcast_id", "at"], unique=False)

    op.create_table(
        "broadcast_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum("clicks", "opens", "replies", "conversions", name="metric", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "method", sa.Enum("fixed", "sequential", name="method", native_enum=False, length=24), nullable=False
        ),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("hold_out", sa.Integer(), nullable=False),
        sa.Column("held_out", sa.Integer(), nullable=False),
        sa.Column("default_label", sa.String(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("winner", "no_difference", "not_enough", name="outcome", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("winner", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_test_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_test")),
        sa.UniqueConstraint("broadcast_id", name=op.f("uq_broadcast_test_broadcast_id")),
    )
    op.create_table(
        "broadcast_variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("delay", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["message_batch.id"], name=op.f("fk_broadcast_variant_batch_id_message_batch")
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_variant_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["email_id"], ["email.id"], name=op.f("fk_broadcast_variant_email_id_email")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["email_version.id"], name=op.f("fk_broadcast_variant_version_id_email_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_variant")),
        sa.UniqueConstraint("broadcast_id", "label", name=op.f("uq_broadcast_variant_broadcast_id_label")),
    )
    op.create_table(
        "campaign_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("added", "sent", "responded", name="memberstatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_member_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_campaign_member_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_member")),
        sa.UniqueConstraint("campaign_id", "contact_id", name=op.f("uq_campaign_member_campaign_id_contact_id")),
    )
    with op.batch_alter_table("campaign_member", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_member_contact", ["contact_id", "responded_at"], unique=False)

    op.create_table(
        "deal_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("customer_key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("close_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "approved",
                "rejected",
                "withdrawn",
                "expired",
                name="registrationstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("protected_until", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'submitted') = (decided_at IS NULL)", name=op.f("ck_deal_registration_decided_when")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR protected_until IS NOT NULL", name=op.f("ck_deal_registration_protected_when")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_deal_registration_account_id_account")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_deal_registration_owner_id_position")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_deal_registration_partner_id_partner")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_deal_registration_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_registration")),
    )
    with op.batch_alter_table("deal_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_registration_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_registration_customer_key"), ["customer_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_registration_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_registration_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_registration_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "uq_deal_registration_protected",
            ["customer_key"],
            unique=True,
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("channel", sa.Enum("email", "sms", name="channel", native_enum=False, length=24), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("commercial", "transactional", "tracking", name="purpose", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.Column("values", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "deferred",
                "failed",
                "suppressed",
                "uncertain",
                "cancelled",
                name="messagestate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resent", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noun_of", sa.String(), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("server_id", sa.Integer(), nullable=True),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("human_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clicked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("human_clicked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["message_content.id"], name=op.f("fk_message_content_id_message_content")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_message_owner_id_position")),
        sa.ForeignKeyConstraint(["server_id"], ["mail_server.id"], name=op.f("fk_message_server_id_mail_server")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_message_territory_id_territory")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_message_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_message_id")),
        sa.UniqueConstraint("reason", name=op.f("uq_message_reason")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_batch", ["batch_id", "state"], unique=False)
        batch_op.create_index(
            "ix_message_bounced",
            ["batch_id", "bounced_at"],
            unique=False,
            sqlite_where=sa.text("batch_id IS NOT NULL AND bounced_at IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL AND bounced_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_message_complained",
            ["batch_id", "complained_at"],
            unique=False,
            sqlite_where=sa.text("batch_id IS NOT NULL AND complained_at IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL AND complained_at IS NOT NULL"),
        )
        batch_op.create_index("ix_message_contact", ["contact_id", "sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "ix_message_sending",
            ["channel", "lease_until"],
            unique=False,
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        )
        batch_op.create_index(
            "ix_message_sent",
            ["batch_id", "sent_at"],
            unique=False,
            sqlite_where=sa.text("batch_id IS NOT NULL AND sent_at IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL AND sent_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_message_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "ix_message_uncertain",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'uncertain'"),
            postgresql_where=sa.text("state = 'uncertain'"),
        )
        batch_op.create_index(
            "ix_message_waiting",
            ["channel", "priority", "due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NULL"),
            postgresql_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NULL"),
        )
        batch_op.create_index(
            "ix_message_waiting_in_batch",
            ["batch_id", "due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NOT NULL"),
            postgresql_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_message_address_batch",
            ["address", "batch_id"],
            unique=True,
            sqlite_where=sa.text("address <> ''"),
            postgresql_where=sa.text("address <> ''"),
        )

    op.create_table(
        "page_version",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["landing_page.id"], name=op.f("fk_page_version_page_id_landing_page")),
        sa.PrimaryKeyConstraint("page_id", "version", name=op.f("pk_page_version")),
    )
    op.create_table(
        "pay_dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("earning_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("raised", "resolved", "declined", name="disputestate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adjustment_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'raised') = (answered_at IS NULL)", name=op.f("ck_pay_dispute_answered_when")),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["pay_adjustment.id"], name=op.f("fk_pay_dispute_adjustment_id_pay_adjustment")
        ),
        sa.ForeignKeyConstraint(["earning_id"], ["earning.id"], name=op.f("fk_pay_dispute_earning_id_earning")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_pay_dispute_statement_id_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_dispute")),
    )
    with op.batch_alter_table("pay_dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pay_dispute_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "publishing",
                "published",
                "reminded",
                "failed",
                name="publicationstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["social_account.id"], name=op.f("fk_publication_account_id_social_account")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["social_post.id"], name=op.f("fk_publication_post_id_social_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("post_id", "account_id", name=op.f("uq_publication_post_id_account_id")),
    )
    op.create_table(
        "segment_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("rule", "manual", "import", "snapshot", name="source", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_segment_member_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_member_segment_id_segment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_member")),
    )
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.create_index("ix_segment_member_contact", ["contact_id", "segment_id"], unique=False)
        batch_op.create_index("ix_segment_member_entered", ["segment_id", "entered_at", "contact_id"], unique=False)
        batch_op.create_index("ix_segment_member_left", ["segment_id", "left_at", "contact_id"], unique=False)
        batch_op.create_index(
            "uq_segment_member_inside",
            ["segment_id", "contact_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "segment_override",
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_segment_override_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_override_segment_id_segment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "contact_id", name=op.f("pk_segment_override")),
    )
    with op.batch_alter_table("segment_override", schema=None) as batch_op:
        batch_op.create_index("ix_segment_override_contact", ["contact_id"], unique=False)

    op.create_table(
        "social_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.CheckConstraint("alt <> ''", name=op.f("ck_social_picture_says_what_it_shows")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["social_post.id"], name=op.f("fk_social_picture_post_id_social_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_picture")),
    )
    with op.batch_alter_table("social_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_social_picture_post_id"), ["post_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("page_version", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["landing_page.id"], name=op.f("fk_submission_page_id_landing_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("nonce", name=op.f("uq_submission_nonce")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_page_id"), ["page_id"], unique=False)

    op.create_table(
        "target_month",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("proposed", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_target_month_amount_not_negative")),
        sa.CheckConstraint("proposed >= 0", name=op.f("ck_target_month_proposed_not_negative")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name=op.f("fk_target_month_target_id_target"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("target_id", "month", name=op.f("pk_target_month")),
    )
    op.create_table(
        "event_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "waitlisted",
                "cancelled",
                "attended",
                "no_show",
                name="registrationstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("noted", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_event_registration_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_registration_event_id_event")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_event_registration_message_id_message"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_registration")),
        sa.UniqueConstraint("event_id", "email", name=op.f("uq_event_registration_event_id_email")),
    )
    with op.batch_alter_table("event_registration", schema=None) as batch_op:
        batch_op.create_index("ix_event_registration_contact", ["contact_id", "event_id"], unique=False)
        batch_op.create_index(
            "ix_event_registration_line",
            ["event_id", "queued_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waitlisted'"),
            postgresql_where=sa.text("state = 'waitlisted'"),
        )
        batch_op.create_index(batch_op.f("ix_event_registration_message_id"), ["message_id"], unique=False)
        batch_op.create_index("ix_event_registration_state", ["event_id", "state"], unique=False)

    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "hard",
                "soft",
                "block",
                "complaint",
                "auto_reply",
                "delivered",
                "reply",
                "none",
                name="verdict",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("notices", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_inbound_mail_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_inbound_mail_message_id_message"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("external_id", name=op.f("uq_inbound_mail_external_id")),
    )
    with op.batch_alter_table("inbound_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbound_mail_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inbound_mail_message_id"), ["message_id"], unique=False)
        batch_op.create_index("ix_inbound_mail_received", ["received_at", "id"], unique=False)

    op.create_table(
        "message_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "delivered",
                "opened",
                "clicked",
                "replied",
                "auto_replied",
                "hard_bounced",
                "soft_bounced",
                "blocked",
                "complained",
                "unsubscribed",
                name="eventkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link", sa.Integer(), nullable=True),
        sa.Column(
            "verdict", sa.Enum("human", "proxy", "scanner", name="verdict", native_enum=False, length=24), nullable=True
        ),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_message_event_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_event_message_id_message"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_event")),
        sa.UniqueConstraint("external_id", name=op.f("uq_message_event_external_id")),
    )
    with op.batch_alter_table("message_event", schema=None) as batch_op:
        batch_op.create_index("ix_message_event_contact", ["contact_id", "kind", "at"], unique=False)
        batch_op.create_index("ix_message_event_message", ["message_id", "kind"], unique=False)
        batch_op.create_index(
            "ix_message_event_unjudged",
            ["id"],
            unique=False,
            sqlite_where=sa.text("verdict IS NULL AND kind IN ('opened', 'clicked')"),
            postgresql_where=sa.text("verdict IS NULL AND kind IN ('opened', 'clicked')"),
        )

    op.create_table(
        "opportunity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("channel_because", sa.String(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum("qualify", "develop", "propose", "close", name="stage", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "won", "lost", name="opportunitystate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("amount_from_lines", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=True),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("probability_overridden", sa.Boolean(), nullable=False),
        sa.Column("probability_note", sa.String(), nullable=False),
        sa.Column("close_on", sa.Date(), nullable=False),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("next_step_on", sa.Date(), nullable=True),
        sa.Column("decision_maker_known", sa.Boolean(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actual_revenue", sa.BigInteger(), nullable=True),
        sa.Column("loss_reason", sa.String(), nullable=False),
        sa.Column("competitor", sa.String(), nullable=False),
        sa.Column("close_note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_opportunity_closed_when")),
        sa.CheckConstraint("state <> 'lost' OR loss_reason <> ''", name=op.f("ck_opportunity_lost_with_reason")),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name=op.f("ck_opportunity_probability")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_opportunity_account_id_account")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_opportunity_channel_id_channel")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_opportunity_contact_id_contact")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_opportunity_lead_id_lead")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_opportunity_owner_id_position")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_opportunity_partner_id_partner")),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_list.id"], name=op.f("fk_opportunity_price_list_id_price_list")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["deal_registration.id"], name=op.f("fk_opportunity_registration_id_deal_registration")
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_opportunity_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_opportunity_lead_id")),
    )
    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opportunity_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_opportunity_board", ["state", "stage", "close_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_close_on"), ["close_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_source"), ["source"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index("ix_opportunity_won", ["state", "closed_at", "owner_id"], unique=False)

    op.create_table(
        "opportunity_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_opportunity_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_opportunity_line_opportunity_id_opportunity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_opportunity_line_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_line")),
    )
    with op.batch_alter_table("opportunity_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opportunity_line_opportunity_id"), ["opportunity_id"], unique=False)

    op.create_table(
        "opportunity_split",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("revenue", "overlay", name="splitkind", native_enum=False, length=24), nullable=False
        ),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind = 'overlay' OR percent <= 1000000", name=op.f("ck_opportunity_split_revenue_percent")),
        sa.CheckConstraint("percent > 0 AND percent <= 10000000", name=op.f("ck_opportunity_split_percent")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_opportunity_split_opportunity_id_opportunity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_opportunity_split_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_split")),
        sa.UniqueConstraint(
            "opportunity_id", "position_id", "kind", name=op.f("uq_opportunity_split_opportunity_id_position_id_kind")
        ),
    )
    with op.batch_alter_table("opportunity_split", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opportunity_split_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_split_position_id"), ["position_id"], unique=False)

    op.create_table(
        "qualification",
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("account_is_new", sa.Boolean(), nullable=False),
        sa.Column("contact_is_new", sa.Boolean(), nullable=False),
        sa.Column(
            "state_before",
            sa.Enum("new", "contacted", "qualified", "disqualified", name="leadstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_qualification_account_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_qualification_contact_id_contact")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_qualification_lead_id_lead")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_qualification_opportunity_id_opportunity")
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_qualification")),
    )
    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_qualification_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_qualification_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_qualification_opportunity_id"), ["opportunity_id"], unique=False)

    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_quote_account_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_quote_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_quote_opportunity_id_opportunity")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_quote_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_quote_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("number", name=op.f("uq_quote_number")),
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quote_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_quote_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quote_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quote_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "stage_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum("qualify", "develop", "propose", "close", name="stage", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum("qualify", "develop", "propose", "close", name="stage", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_stage_change_opportunity_id_opportunity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
    )
    with op.batch_alter_table("stage_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_change_opportunity_id"), ["opportunity_id"], unique=False)

    op.create_table(
        "quote_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "accepted",
                "declined",
                "expired",
                "superseded",
                "cancelled",
                name="revisionstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("intro", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_to", sa.String(), nullable=True),
        sa.Column("snapshot", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("snapshot_hash", sa.String(), nullable=True),
        sa.Column("first_viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("accepted_ip", sa.String(), nullable=True),
        sa.Column("declined_reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("pdf_key", sa.String(), nullable=True),
        sa.Column("pdf_problem", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL)", name=op.f("ck_quote_revision_accepted_state")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR snapshot_hash IS NOT NULL",
            name=op.f("ck_quote_revision_sent_is_frozen"),
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by IS NULL)", name=op.f("ck_quote_revision_accepted_pair")
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_revision_quote_id_quote")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_revision")),
        sa.UniqueConstraint("quote_id", "number", name=op.f("uq_quote_revision_quote_id_number")),
    )
    with op.batch_alter_table("quote_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_revision_quote_id"), ["quote_id"], unique=False)
        batch_op.create_index(
            "uq_quote_revision_one_live",
            ["quote_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('draft', 'sent', 'accepted')"),
            sqlite_where=sa.text("state IN ('draft', 'sent', 'accepted')"),
        )

    op.create_table(
        "quote_line",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=False),
        sa.Column("tax_category", sa.String(), nullable=False),
        sa.Column("tax_percent", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_quote_line_quantity_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_quote_line_product_id_product")),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["quote_revision.id"],
            name=op.f("fk_quote_line_revision_id_quote_revision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
    )
    with op.batch_alter_table("quote_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_line_revision_id"), ["revision_id"], unique=False)

    op.create_table(
        "sales_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("placed", "fulfilled", "invoiced", "cancelled", name="orderstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("customer_reference", sa.String(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=False),
        sa.Column("snapshot", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("snapshot_hash", sa.String(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("pdf_key", sa.String(), nullable=True),
        sa.Column("pdf_problem", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sales_order_account_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_sales_order_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_sales_order_opportunity_id_opportunity")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_sales_order_owner_id_position")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["quote_revision.id"], name=op.f("fk_sales_order_revision_id_quote_revision")
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_sales_order_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_order_number")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_sales_order_revision_id")),
    )
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_order_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "ix_sales_order_placed", ["placed_at", "owner_id", "state", "currency", "net", "cost"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_order_placed_at"), ["placed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column(
            "kind", sa.Enum("invoice", "credit_note", name="documentkind", native_enum=False, length=24), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "issued", "paid", "credited", "cancelled", name="invoicestate", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("credits_id", sa.Integer(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "returned",
                "not_delivered",
                "price",
                "defect",
                "mistake",
                name="creditreason",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("credited", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("snapshot_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("pdf_key", sa.String(), nullable=True),
        sa.Column("pdf_problem", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (credits_id IS NOT NULL)", name=op.f("ck_invoice_credits_an_invoice")
        ),
        sa.CheckConstraint(
            "(state = 'credited') = (credited > 0 AND credited = total)", name=op.f("ck_invoice_wholly_credited")
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'cancelled')) = (number IS NULL)", name=op.f("ck_invoice_number_at_issue")
        ),
        sa.CheckConstraint(
            "(state IN ('paid', 'credited')) = (paid + credited >= total AND number IS NOT NULL)",
            name=op.f("ck_invoice_settled_when"),
        ),
        sa.CheckConstraint(
            "kind <> 'invoice' OR paid >= 0 AND paid <= total", name=op.f("ck_invoice_paid_within_total")
        ),
        sa.CheckConstraint(
            "kind = 'invoice' OR number IS NOT NULL AND reason IS NOT NULL AND total < 0 AND paid = total",
            name=op.f("ck_invoice_credit_is_settled"),
        ),
        sa.CheckConstraint("(number IS NULL) = (issued_at IS NULL)", name=op.f("ck_invoice_issued_when")),
        sa.CheckConstraint("(number IS NULL) = (snapshot_hash IS NULL)", name=op.f("ck_invoice_issued_is_frozen")),
        sa.CheckConstraint(
            "credited >= 0 AND (credited = 0 OR credited <= total)", name=op.f("ck_invoice_credited_within_total")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invoice_account_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_invoice_contact_id_contact")),
        sa.ForeignKeyConstraint(["credits_id"], ["invoice.id"], name=op.f("fk_invoice_credits_id_invoice")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_invoice_opportunity_id_opportunity")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_invoice_order_id_sales_order")),
        sa.ForeignKeyConstraint(["owner_id"], ["position.id"], name=op.f("fk_invoice_owner_id_position")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_invoice_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_credits_id"), ["credits_id"], unique=False)
        batch_op.create_index("ix_invoice_due", ["state", "due_on"], unique=False)
        batch_op.create_index("ix_invoice_issued", ["issued_on", "owner_id", "currency", "net", "cost"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "ix_invoice_to_refund",
            ["due_on"],
            unique=False,
            postgresql_where=sa.text("paid + credited > total"),
            sqlite_where=sa.text("paid + credited > total"),
        )
        batch_op.create_index(
            "uq_invoice_order_id",
            ["order_id"],
            unique=True,
            postgresql_where=sa.text("kind = 'invoice' AND state NOT IN ('cancelled', 'credited')"),
            sqlite_where=sa.text("kind = 'invoice' AND state NOT IN ('cancelled', 'credited')"),
        )

    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=False),
        sa.Column("tax_category", sa.String(), nullable=False),
        sa.Column("tax_percent", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_order_line_order_id_sales_order"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_line_order_id"), ["order_id"], unique=False)

    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("credits_id", sa.Integer(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.BigInteger(), nullable=False),
        sa.Column("tax_category", sa.String(), nullable=False),
        sa.Column("tax_percent", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_invoice_line_quantity_positive")),
        sa.CheckConstraint(
            "returned >= 0 AND (returned = 0 OR credits_id IS NOT NULL)",
            name=op.f("ck_invoice_line_returned_of_a_line"),
        ),
        sa.ForeignKeyConstraint(
            ["credits_id"], ["invoice_line.id"], name=op.f("fk_invoice_line_credits_id_invoice_line")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id_invoice"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_invoice_line_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_line_credits_id"), ["credits_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_line_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payment_amount_given")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_invoice_id"), ["invoice_id"], unique=False)

    # ### end Alembic commands ###
    for statement in GUARDS_AND_SEARCH[op.get_bind().dialect.name]:
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    # ### commands auto generated by Alembic - please adjust! ###
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_invoice_id"))

    op.drop_table("payment")
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_line_invoice_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_line_credits_id"))

    op.drop_table("invoice_line")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_line_order_id"))

    op.drop_table("order_line")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invoice_order_id",
            postgresql_where=sa.text("kind = 'invoice' AND state NOT IN ('cancelled', 'credited')"),
            sqlite_where=sa.text("kind = 'invoice' AND state NOT IN ('cancelled', 'credited')"),
        )
        batch_op.drop_index(
            "ix_invoice_to_refund",
            postgresql_where=sa.text("paid + credited > total"),
            sqlite_where=sa.text("paid + credited > total"),
        )
        batch_op.drop_index(batch_op.f("ix_invoice_territory_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_owner_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_opportunity_id"))
        batch_op.drop_index("ix_invoice_issued")
        batch_op.drop_index("ix_invoice_due")
        batch_op.drop_index(batch_op.f("ix_invoice_credits_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_created_at"))
        batch_op.drop_index(batch_op.f("ix_invoice_account_id"))

    op.drop_table("invoice")
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_order_territory_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_placed_at"))
        batch_op.drop_index("ix_sales_order_placed")
        batch_op.drop_index(batch_op.f("ix_sales_order_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_account_id"))

    op.drop_table("sales_order")
    with op.batch_alter_table("quote_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quote_line_revision_id"))

    op.drop_table("quote_line")
    with op.batch_alter_table("quote_revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quote_revision_one_live",
            postgresql_where=sa.text("state IN ('draft', 'sent', 'accepted')"),
            sqlite_where=sa.text("state IN ('draft', 'sent', 'accepted')"),
        )
        batch_op.drop_index(batch_op.f("ix_quote_revision_quote_id"))

    op.drop_table("quote_revision")
    with op.batch_alter_table("stage_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_change_opportunity_id"))

    op.drop_table("stage_change")
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quote_territory_id"))
        batch_op.drop_index(batch_op.f("ix_quote_owner_id"))
        batch_op.drop_index(batch_op.f("ix_quote_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_quote_created_at"))
        batch_op.drop_index(batch_op.f("ix_quote_account_id"))

    op.drop_table("quote")
    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_qualification_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_qualification_contact_id"))
        batch_op.drop_index(batch_op.f("ix_qualification_account_id"))

    op.drop_table("qualification")
    with op.batch_alter_table("opportunity_split", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opportunity_split_position_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_split_opportunity_id"))

    op.drop_table("opportunity_split")
    with op.batch_alter_table("opportunity_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opportunity_line_opportunity_id"))

    op.drop_table("opportunity_line")
    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.drop_index("ix_opportunity_won")
        batch_op.drop_index(batch_op.f("ix_opportunity_territory_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_source"))
        batch_op.drop_index(batch_op.f("ix_opportunity_registration_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_partner_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_owner_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_close_on"))
        batch_op.drop_index(batch_op.f("ix_opportunity_channel_id"))
        batch_op.drop_index("ix_opportunity_board")
        batch_op.drop_index(batch_op.f("ix_opportunity_account_id"))

    op.drop_table("opportunity")
    with op.batch_alter_table("message_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_event_unjudged",
            sqlite_where=sa.text("verdict IS NULL AND kind IN ('opened', 'clicked')"),
            postgresql_where=sa.text("verdict IS NULL AND kind IN ('opened', 'clicked')"),
        )
        batch_op.drop_index("ix_message_event_message")
        batch_op.drop_index("ix_message_event_contact")

    op.drop_table("message_event")
    with op.batch_alter_table("inbound_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_mail_received")
        batch_op.drop_index(batch_op.f("ix_inbound_mail_message_id"))
        batch_op.drop_index(batch_op.f("ix_inbound_mail_contact_id"))

    op.drop_table("inbound_mail")
    with op.batch_alter_table("event_registration", schema=None) as batch_op:
        batch_op.drop_index("ix_event_registration_state")
        batch_op.drop_index(batch_op.f("ix_event_registration_message_id"))
        batch_op.drop_index(
            "ix_event_registration_line",
            sqlite_where=sa.text("state = 'waitlisted'"),
            postgresql_where=sa.text("state = 'waitlisted'"),
        )
        batch_op.drop_index("ix_event_registration_contact")

    op.drop_table("event_registration")
    op.drop_table("target_month")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_page_id"))

    op.drop_table("submission")
    with op.batch_alter_table("social_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_social_picture_post_id"))

    op.drop_table("social_picture")
    with op.batch_alter_table("segment_override", schema=None) as batch_op:
        batch_op.drop_index("ix_segment_override_contact")

    op.drop_table("segment_override")
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_segment_member_inside",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.drop_index("ix_segment_member_left")
        batch_op.drop_index("ix_segment_member_entered")
        batch_op.drop_index("ix_segment_member_contact")

    op.drop_table("segment_member")
    op.drop_table("publication")
    with op.batch_alter_table("pay_dispute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pay_dispute_statement_id"))

    op.drop_table("pay_dispute")
    op.drop_table("page_version")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_message_address_batch", sqlite_where=sa.text("address <> ''"), postgresql_where=sa.text("address <> ''")
        )
        batch_op.drop_index(
            "ix_message_waiting_in_batch",
            sqlite_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NOT NULL"),
            postgresql_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_message_waiting",
            sqlite_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NULL"),
            postgresql_where=sa.text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_message_uncertain",
            sqlite_where=sa.text("state = 'uncertain'"),
            postgresql_where=sa.text("state = 'uncertain'"),
        )
        batch_op.drop_index(batch_op.f("ix_message_territory_id"))
        batch_op.drop_index(
            "ix_message_sent",
            sqlite_where=sa.text("batch_id IS NOT NULL AND sent_at IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL AND sent_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_message_sending",
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        )
        batch_op.drop_index(batch_op.f("ix_message_owner_id"))
        batch_op.drop_index(batch_op.f("ix_message_created_at"))
        batch_op.drop_index("ix_message_contact")
        batch_op.drop_index(
            "ix_message_complained",
            sqlite_where=sa.text("batch_id IS NOT NULL AND complained_at IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL AND complained_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_message_bounced",
            sqlite_where=sa.text("batch_id IS NOT NULL AND bounced_at IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL AND bounced_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_message_batch")

    op.drop_table("message")
    with op.batch_alter_table("deal_registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deal_registration_protected",
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )
        batch_op.drop_index(batch_op.f("ix_deal_registration_territory_id"))
        batch_op.drop_index(batch_op.f("ix_deal_registration_partner_id"))
        batch_op.drop_index(batch_op.f("ix_deal_registration_owner_id"))
        batch_op.drop_index(batch_op.f("ix_deal_registration_customer_key"))
        batch_op.drop_index(batch_op.f("ix_deal_registration_account_id"))

    op.drop_table("deal_registration")
    with op.batch_alter_table("campaign_member", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_member_contact")

    op.drop_table("campaign_member")
    op.drop_table("broadcast_variant")
    op.drop_table("broadcast_test")
    with op.batch_alter_table("broadcast_look", schema=None) as batch_op:
        batch_op.drop_index("ix_broadcast_look_broadcast")

    op.drop_table("broadcast_look")
    with op.batch_alter_table("transfer_item", schema=None) as batch_op:
        batch_op.drop_index("ix_transfer_item_record")
        batch_op.drop_index(batch_op.f("ix_transfer_item_account_id"))

    op.drop_table("transfer_item")
    op.drop_table("territory_pin")
    op.drop_table("target")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_period_id"))
        batch_op.drop_index(batch_op.f("ix_statement_participant_id"))

    op.drop_table("statement")
    with op.batch_alter_table("social_post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_social_post_territory_id"))
        batch_op.drop_index(batch_op.f("ix_social_post_owner_id"))
        batch_op.drop_index(batch_op.f("ix_social_post_campaign_id"))

    op.drop_table("social_post")
    with op.batch_alter_table("segment_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segment_part_part_id"))

    op.drop_table("segment_part")
    with op.batch_alter_table("regarding", schema=None) as batch_op:
        batch_op.drop_index("ix_regarding_record")

    op.drop_table("regarding")
    with op.batch_alter_table("pay_adjustment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pay_adjustment_period_id"))
        batch_op.drop_index(batch_op.f("ix_pay_adjustment_participant_id"))

    op.drop_table("pay_adjustment")
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_channel_id"))

    op.drop_table("partner")
    with op.batch_alter_table("objective_result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objective_result_period_id"))
        batch_op.drop_index(batch_op.f("ix_objective_result_participant_id"))

    op.drop_table("objective_result")
    with op.batch_alter_table("landing_page", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_landing_page_campaign_id"))

    op.drop_table("landing_page")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_territory_id"))
        batch_op.drop_index(batch_op.f("ix_event_starts_at"))
        batch_op.drop_index(batch_op.f("ix_event_owner_id"))
        batch_op.drop_index(batch_op.f("ix_event_campaign_id"))

    op.drop_table("event")
    with op.batch_alter_table("email_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_email_version_translates_id"))

    op.drop_table("email_version")
    op.drop_table("email_step")
    with op.batch_alter_table("earning", schema=None) as batch_op:
        batch_op.drop_index("ix_earning_source")
        batch_op.drop_index(
            "ix_earning_reverses", sqlite_where=sa.text("reverses <> ''"), postgresql_where=sa.text("reverses <> ''")
        )
        batch_op.drop_index("ix_earning_period")

    op.drop_table("earning")
    with op.batch_alter_table("draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_participant_id"))

    op.drop_table("draw")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_territory_id"))
        batch_op.drop_index(batch_op.f("ix_contact_phone_e164"))
        batch_op.drop_index(batch_op.f("ix_contact_owner_id"))
        batch_op.drop_index(batch_op.f("ix_contact_mobile_e164"))
        batch_op.drop_index(batch_op.f("ix_contact_account_id"))

    op.drop_table("contact")
    with op.batch_alter_table("channel_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_source_channel_id"))

    op.drop_table("channel_source")
    with op.batch_alter_table("campaign_cost", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_cost_campaign_id"))

    op.drop_table("campaign_cost")
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_broadcast_territory_id"))
        batch_op.drop_index(batch_op.f("ix_broadcast_segment_id"))
        batch_op.drop_index(batch_op.f("ix_broadcast_owner_id"))
        batch_op.drop_index(batch_op.f("ix_broadcast_campaign_id"))

    op.drop_table("broadcast")
    with op.batch_alter_table("account_team", schema=None) as batch_op:
        batch_op.drop_index("ix_account_team_position")

    op.drop_table("account_team")
    with op.batch_alter_table("account_assignment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_account_assignment_current",
            sqlite_where=sa.text("ends_on IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL"),
        )
        batch_op.drop_index("ix_account_assignment_owner")
        batch_op.drop_index("ix_account_assignment_account")

    op.drop_table("account_assignment")
    with op.batch_alter_table("work_trace", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_trace_work_id"))

    op.drop_table("work_trace")
    with op.batch_alter_table("work_remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_remark_work_id"))

    op.drop_table("work_remark")
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_transfer_planned",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )

    op.drop_table("transfer")
    with op.batch_alter_table("territory_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_territory_rule_territory_id"))

    op.drop_table("territory_rule")
    op.drop_table("territory_proposal")
    op.drop_table("territory_activation")
    with op.batch_alter_table("target_node", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_node_territory_id"))
        batch_op.drop_index(batch_op.f("ix_target_node_parent_id"))
        batch_op.drop_index(batch_op.f("ix_target_node_owner_id"))

    op.drop_table("target_node")
    op.drop_table("tally_batch")
    op.drop_table("strategy_step")
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segment_territory_id"))
        batch_op.drop_index(batch_op.f("ix_segment_owner_id"))

    op.drop_table("segment")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_user_id"))
        batch_op.drop_index(batch_op.f("ix_seat_position_id"))

    op.drop_table("seat")
    with op.batch_alter_table("plan_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_participant_user_id"))
        batch_op.drop_index(batch_op.f("ix_plan_participant_position_id"))
        batch_op.drop_index(batch_op.f("ix_plan_participant_plan_id"))

    op.drop_table("plan_participant")
    with op.batch_alter_table("message_tally", schema=None) as batch_op:
        batch_op.drop_index("ix_message_tally_batch")

    op.drop_table("message_tally")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_lead_open_email",
            sqlite_where=sa.text("state IN ('new', 'contacted')"),
            postgresql_where=sa.text("state IN ('new', 'contacted')"),
        )
        batch_op.drop_index(batch_op.f("ix_lead_territory_id"))
        batch_op.drop_index("ix_lead_state_score")
        batch_op.drop_index("ix_lead_state_grade")
        batch_op.drop_index(batch_op.f("ix_lead_source"))
        batch_op.drop_index(batch_op.f("ix_lead_score"))
        batch_op.drop_index(batch_op.f("ix_lead_owner_id"))

    op.drop_table("lead")
    with op.batch_alter_table("email", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_email_translation",
            sqlite_where=sa.text("translation_of_id IS NOT NULL"),
            postgresql_where=sa.text("translation_of_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_email_territory_id"))
        batch_op.drop_index(batch_op.f("ix_email_owner_id"))

    op.drop_table("email")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_user_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_position_id"))

    op.drop_table("delegation")
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coverage_territory_id"))
        batch_op.drop_index(batch_op.f("ix_coverage_position_id"))

    op.drop_table("coverage")
    op.drop_table("channel")
    with op.batch_alter_table("capacity_hire", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capacity_hire_scenario_id"))

    op.drop_table("capacity_hire")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_territory_id"))
        batch_op.drop_index(batch_op.f("ix_campaign_owner_id"))

    op.drop_table("campaign")
    with op.batch_alter_table("assignment_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_rule_subject"))

    op.drop_table("assignment_rule")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_territory_id"))
        batch_op.drop_index(batch_op.f("ix_activity_owner_id"))
        batch_op.drop_index(
            "ix_activity_open",
            sqlite_where=sa.text("due_at IS NOT NULL AND done_at IS NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL AND done_at IS NULL"),
        )

    op.drop_table("activity")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index("ix_account_touch")
        batch_op.drop_index(batch_op.f("ix_account_territory_id"))
        batch_op.drop_index(batch_op.f("ix_account_owner_id"))
        batch_op.drop_index(batch_op.f("ix_account_name_key"))
        batch_op.drop_index(batch_op.f("ix_account_domain"))
        batch_op.drop_index(
            "ix_account_cadence",
            sqlite_where=sa.text("cadence_days IS NOT NULL"),
            postgresql_where=sa.text("cadence_days IS NOT NULL"),
        )

    op.drop_table("account")
    with op.batch_alter_table("webauthn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webauthn_user_id"))

    op.drop_table("webauthn")
    op.drop_table("user_role")
    with op.batch_alter_table("territory", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_territory_default", sqlite_where=sa.text("is_default"), postgresql_where=sa.text("is_default")
        )
        batch_op.drop_index(batch_op.f("ix_territory_stands_for_id"))
        batch_op.drop_index(batch_op.f("ix_territory_path"))
        batch_op.drop_index(batch_op.f("ix_territory_parent_id"))

    op.drop_table("territory")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_user_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_listing"))

    op.drop_table("saved_view")
    op.drop_table("recognition")
    with op.batch_alter_table("price_list_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_list_item_product_id"))

    op.drop_table("price_list_item")
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_position_unit_id"))
        batch_op.drop_index(batch_op.f("ix_position_reports_to_id"))
        batch_op.drop_index(batch_op.f("ix_position_path"))

    op.drop_table("position")
    with op.batch_alter_table("plan_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_version_plan_id"))

    op.drop_table("plan_version")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_user")

    op.drop_table("notification")
    op.drop_table("message_link")
    with op.batch_alter_table("message_batch", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_batch_running",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index("ix_message_batch_record")

    op.drop_table("message_batch")
    op.drop_table("mail_pace")
    op.drop_table("mail_connection")
    with op.batch_alter_table("long_work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_long_work_user_id"))
        batch_op.drop_index(
            "ix_long_work_open",
            postgresql_where=sa.text("state IN ('queued', 'running')"),
            sqlite_where=sa.text("state IN ('queued', 'running')"),
        )

    op.drop_table("long_work")
    with op.batch_alter_table("consent_event", schema=None) as batch_op:
        batch_op.drop_index("ix_consent_event_address")

    op.drop_table("consent_event")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consent_purpose", sqlite_where=sa.text("topic_id IS NULL"), postgresql_where=sa.text("topic_id IS NULL")
        )

    op.drop_table("consent")
    op.drop_table("webhook")
    op.drop_table("user")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_path"))
        batch_op.drop_index(batch_op.f("ix_unit_parent_id"))

    op.drop_table("unit")
    op.drop_table("topic")
    with op.batch_alter_table("territory_model", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_territory_model_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("territory_model")
    op.drop_table("tax_rate")
    with op.batch_alter_table("target_plan", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_target_plan_open",
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        )
        batch_op.drop_index(
            "uq_target_plan_approved",
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        )

    op.drop_table("target_plan")
    op.drop_table("tally_slice")
    with op.batch_alter_table("tally_due", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tally_due_slice"))

    op.drop_table("tally_due")
    with op.batch_alter_table("suppression_event", schema=None) as batch_op:
        batch_op.drop_index("ix_suppression_event_address")

    op.drop_table("suppression_event")
    op.drop_table("suppression")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_file_record")

    op.drop_table("stored_file")
    op.drop_table("social_account")
    op.drop_table("setting")
    op.drop_table("sender_domain")
    op.drop_table("segment_touch")
    op.drop_table("search_entry")
    op.drop_table("score_rule")
    with op.batch_alter_table("score_receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_score_receipt_record")

    op.drop_table("score_receipt")
    op.drop_table("schedule_slot")
    op.drop_table("saved_block")
    op.drop_table("role")
    op.drop_table("ramp_profile")
    op.drop_table("product")
    with op.batch_alter_table("price_list", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_price_list_one_default", sqlite_where=sa.text("is_default"), postgresql_where=sa.text("is_default")
        )

    op.drop_table("price_list")
    op.drop_table("payout_period")
    with op.batch_alter_table("outbox_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_entry_open",
            postgresql_where=sa.text("state IN ('due', 'running')"),
            sqlite_where=sa.text("state IN ('due', 'running')"),
        )

    op.drop_table("outbox_entry")
    op.drop_table("number_series")
    with op.batch_alter_table("message_content", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_content_translates_id"))

    op.drop_table("message_content")
    op.drop_table("mailbox")
    op.drop_table("mail_server")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_record")

    op.drop_table("link")
    op.drop_table("heartbeat")
    op.drop_table("form_nonce")
    op.drop_table("erasure")
    op.drop_table("engagement")
    op.drop_table("email_picture")
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_data_request_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )

    op.drop_table("data_request")
    op.drop_table("contact_point")
    op.drop_table("compensation_plan")
    op.drop_table("company")
    op.drop_table("channel_policy")
    op.drop_table("captured_message")
    op.drop_table("capacity_scenario")
    op.drop_table("cadence")
    op.drop_table("brand_kit")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_record")

    op.drop_table("audit_entry")
    # ### end Alembic commands ###
