"""Can an exam be trusted before anybody takes it? Contradictions, duplicates, give-aways, leaks, refused formats."""

from __future__ import annotations

from metier.evaluate.audit.finding import Finding
from metier.evaluate.audit.record import Record, read_records, record_of
from metier.evaluate.audit.whole import audit, graded_by

__all__ = ["Finding", "Record", "audit", "graded_by", "read_records", "record_of"]
