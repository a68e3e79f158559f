"""eventsdk record decode and encode, over every vector."""
import base64
import json
import unittest

from program import SCHEMAS, run, vectors

CLOUD_CODES = {"batch_not_supported": "cloudevents.batch", "not_a_cloudevent": "cloudevents.not_a_cloudevent",
               "bad_body": "json.syntax", "duplicate_attribute": "cloudevents.duplicate",
               "bad_header": "cloudevents.header_utf8"}
NATIVE = {"eventId": "019a3a23-8e00-7123-8123-456789abcdef", "type": "AssignmentSubmitted", "schemaVersion": 1,
          "aggregateId": "a-1", "occurredAt": "2026-11-20T12:00:00.123Z", "payload": {"courseId": "c"}}


def line(value=None, headers=(), **members):
    record = {"topic": "t", "key": None, "headers": list(headers), "value": value, **members}
    return json.dumps(record)


def with_value(given):
    """A vector's value ({json}, {text}, {base64} or null) as members of a record line."""
    if given is None:
        return {"value": None}
    if "json" in given:
        return {"value": json.dumps(given["json"])}
    return {"value": given["text"]} if "text" in given else {"valueBase64": given["base64"]}


def decode(lines, *arguments):
    return run("record", "decode", *arguments, given=lines)


def check_cloud_event(test, envelope, event):
    """The envelope says what the CloudEvent said."""
    extensions = envelope.get("extensions", {})
    test.assertEqual(envelope["eventId"], event["id"])
    test.assertEqual(envelope["type"], event["type"])
    test.assertEqual(extensions["source"], event["source"])
    test.assertEqual(envelope["aggregateId"], event.get("partitionkey") or event.get("subject") or "")
    test.assertEqual("payload" in envelope, "data" in event and is_json(event))
    if "payload" in envelope:
        test.assertEqual(envelope["payload"], event["data"])
    known = {"id", "type", "source", "specversion", "time", "data", "data_base64", "subject", "partitionkey",
             "correlationid", "causationid", "dataschema", "datacontenttype", "traceparent", "tracestate"}
    for name, value in event.items():
        if name not in known and value is not None:
            test.assertEqual(extensions[name], value)
    for name, member in (("correlationid", "correlationId"), ("causationid", "causationId")):
        if name in event:
            test.assertEqual(envelope[member], event[name])


def is_json(event):
    media = (event.get("datacontenttype") or "application/json").split(";")[0].strip()
    return media.endswith(("/json", "+json")) or not isinstance(event["data"], str)


class DecodeCloudEvents(unittest.TestCase):
    def test_every_valid_event_of_the_json_format_is_read(self):
        cases = vectors("cloudevents_json.json")
        events = [case["event"] for case in cases["valid"]]
        for form in ("cloudevents", "auto"):
            told = decode([line(json.dumps(event)) for event in events], "--format", form)
            for event, out in zip(events, told.lines, strict=True):
                with self.subTest(event=event, form=form):
                    self.assertEqual(out.get("format"), "cloudevents-structured", out)
                    check_cloud_event(self, out["envelope"], event)
            self.assertEqual(told.status, 0)
        raw = decode([line(case["raw"]) for case in cases["raw_valid"]], "--format", "cloudevents")
        self.assertEqual(raw.status, 0, raw.bytes)

    def test_every_invalid_event_of_the_json_format_is_refused(self):
        cases = vectors("cloudevents_json.json")
        given = [json.dumps(case["event"]) for case in cases["invalid"]] + [case["raw"] for case in cases["raw_invalid"]]
        names = [case["name"] for case in cases["invalid"] + cases["raw_invalid"]]
        told = decode([line(value) for value in given], "--format", "cloudevents")
        for name, out in zip(names, told.lines, strict=True):
            with self.subTest(name=name):
                self.assertEqual(set(out), {"error"}, out)
                self.assertRegex(out["error"]["code"], r"^(cloudevents|json)\.")
                self.assertTrue(out["error"]["message"])
        self.assertEqual(told.status, 1)

    def test_every_record_of_the_kafka_binding(self):
        cases = vectors("cloudevents_kafka.json")["decode"]
        told = decode([line(headers=case["headers"], **with_value(case["value"])) for case in cases],
                      "--format", "cloudevents")
        for case, out in zip(cases, told.lines, strict=True):
            with self.subTest(case=case["name"]):
                if "error" in case and "ce-" not in case["name"]:
                    self.assertEqual(out["error"]["code"], CLOUD_CODES[case["error"]])
                elif "error" in case:
                    self.assertIn("error", out)
                else:
                    self.assertEqual(out.get("format"), "cloudevents-" + case["mode"], out)
                    check_cloud_event(self, out["envelope"], case["event"])

    def test_what_is_encoded_for_the_kafka_binding_is_read(self):
        for case in vectors("cloudevents_kafka.json")["encode"]:
            for mode in ("binary", "structured"):
                with self.subTest(case=case["name"], mode=mode):
                    record = case[mode]
                    told = decode([line(headers=record["headers"], **with_value(record["value"]), key=record["key"])])
                    envelope = told.lines[0]["envelope"]
                    self.assertEqual((envelope["eventId"], envelope["type"]), (case["event"]["id"], case["event"]["type"]))
                    if "data_base64" in case["event"]:
                        self.assertEqual(envelope["extensions"]["data_base64"], case["event"]["data_base64"])
                    if "data" in case["event"]:
                        self.assertEqual(envelope["payload"], case["event"]["data"])


class DecodeNative(unittest.TestCase):
    def test_every_envelope_of_the_vectors(self):
        cases = vectors("event_envelopes.json")
        told = decode([line(json.dumps(case["event"])) for case in cases["valid"]], "--format", "native")
        for case, out in zip(cases["valid"], told.lines, strict=True):
            self.assertEqual(out["format"], "native")
            for member in ("eventId", "type", "schemaVersion", "aggregateId", "payload"):
                self.assertEqual(out["envelope"][member], case["event"][member])
        told = decode([line(json.dumps(case["event"])) for case in cases["invalid"]], "--format", "native")
        self.assertTrue(all(set(out) == {"error"} for out in told.lines), told.bytes)

    def test_the_dialects_of_existing_topics(self):
        for case in vectors("event_envelopes.json")["seed_dialects"]:
            if case["canonical"].get("kind") == "snapshot":
                continue
            with self.subTest(case=case["name"]):
                given = json.dumps({"topic": case["topic"], "key": case["key"], "headers": case["headers"], "partition": 1,
                                    "offset": 7, "value": json.dumps(case["value"])})
                told = decode([given])
                self.assertEqual(told.status, 0, told.bytes)
                envelope, canonical = told.lines[0]["envelope"], case["canonical"]
                for member in ("aggregateId", "type", "payload"):
                    self.assertEqual(envelope[member], canonical[member])
                if canonical["eventId"]:
                    self.assertEqual(envelope["eventId"], canonical["eventId"])
                self.assertTrue(envelope["eventId"])

    def test_payloads_are_checked_where_schemas_are_given(self):
        told = decode([line(json.dumps(NATIVE))], "--schemas", SCHEMAS)
        self.assertEqual((told.status, told.lines[0]["error"]["code"], told.lines[0]["error"]["pointer"]),
                         (1, "schema.format", "/payload/courseId"))

    def test_a_header_that_contradicts_the_body_is_refused(self):
        told = decode([line(json.dumps(NATIVE), headers=[["event-type", "Other"]])])
        self.assertEqual(told.lines[0]["error"]["code"], "schema.header")

    def test_a_value_over_many_lines_gives_one_line(self):
        told = decode([line(json.dumps({**NATIVE, "payload": {"a": "x \n y", "b": [1, 2]}}, indent=2))])
        self.assertEqual(told.lines[0]["envelope"]["payload"], {"a": "x \n y", "b": [1, 2]})

    def test_numbers_keep_their_digits(self):
        value = json.dumps(NATIVE).replace('"c"', "9223372036854775807, \"b\": 1.10, \"u\": 18446744073709551615")
        told = decode([line(value)])
        self.assertIn(b'{"courseId": 9223372036854775807, "b": 1.10, "u": 18446744073709551615}', told.bytes)

    def test_a_null_value_is_a_tombstone(self):
        told = decode([line(None, key="k")])
        self.assertEqual(told.lines, [{"format": "tombstone", "envelope": {"aggregateId": "k"}}])

    def test_hostile_lines_are_answered(self):
        hostile = [b"", b"{", b"[]", b"\xff", b'{"topic":1}', b'{"key":[]}', b'{"headers":{}}', b'{"headers":[1]}',
                   b'{"headers":[["a"]]}', b'{"headers":[[1,"x"]]}', b'{"valueBase64":"*"}', b'{"offset":-1}',
                   b'{"partition":2147483648}', b'{"timestamp":"soon"}', b'{"value":5}',
                   b'{"headers":[["content-type",{"base64":"_"}]]}', b'{"value":"\\u0000"}', b'{"value":"{\\"a\\":"}']
        told = run("record", "decode", given=b"\n".join(hostile) + b"\n" + line(json.dumps(NATIVE)).encode() + b"\n")
        self.assertEqual(len(told.lines), len(hostile) + 1)
        for given, out in zip(hostile, told.lines):
            self.assertEqual(set(out), {"error"}, given)
        self.assertEqual(told.lines[-1]["format"], "native")


class Encode(unittest.TestCase):
    FORMATS = ("native", "cloudevents-structured", "cloudevents-binary", "user_events", "learning-events",
               "code-submitted", "struggle-detected")

    def encode(self, form, *envelopes):
        return run("record", "encode", "--format", form, "--topic", "t", given=[json.dumps(each) for each in envelopes])

    def test_the_native_record_is_the_published_one(self):
        told = self.encode("native", {**NATIVE, "revision": 12, "correlationId": "c-1",
                                      "extensions": {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}})
        self.assertEqual(told.status, 0)
        self.assertEqual(told.lines, [{
            "topic": "t", "key": "a-1",
            "headers": [["id", NATIVE["eventId"]], ["event-type", "AssignmentSubmitted"], ["schema-version", "1"],
                        ["content-type", "application/json"],
                        ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]],
            "value": '{"eventId":"019a3a23-8e00-7123-8123-456789abcdef","type":"AssignmentSubmitted","schemaVersion":1,'
                     '"aggregateId":"a-1","revision":12,"occurredAt":"2026-11-20T12:00:00.123Z","correlationId":"c-1",'
                     '"payload":{"courseId": "c"}}'}])

    def test_without_a_topic_there_is_none(self):
        told = run("record", "encode", "--format", "native", given=[json.dumps(NATIVE)])
        self.assertIsNone(told.lines[0]["topic"])

    def test_what_is_encoded_decodes_to_the_same_envelope(self):
        for form in self.FORMATS:
            with self.subTest(form=form):
                record = self.encode(form, NATIVE)
                self.assertEqual(record.status, 0, record.bytes)
                envelope = decode(record.bytes.decode(), "--format", form).lines[0]["envelope"]
                envelope.pop("extensions", None)
                self.assertEqual(envelope, NATIVE)

    def test_cloud_events_of_others_come_back_as_they_were(self):
        for case in vectors("cloudevents_json.json")["valid"]:
            event = {"time": "2026-01-01T00:00:00.000Z", "subject": "s", **{k: v for k, v in case["event"].items() if v is not None}}
            with self.subTest(case=case["name"]):
                first = decode([line(json.dumps(event))], "--format", "cloudevents").lines[0]["envelope"]
                # Bytes without a type that happen to be JSON are read as JSON in the binary mode.
                untyped = "data_base64" in event and "datacontenttype" not in event
                for mode in ("structured",) if untyped else ("structured", "binary"):
                    record = self.encode("cloudevents-" + mode, first)
                    self.assertEqual(record.status, 0, record.bytes)
                    second = decode(record.bytes.decode(), "--format", "cloudevents").lines[0]["envelope"]
                    self.assertEqual(second["eventId"], first["eventId"])
                    self.assertEqual(second.get("payload"), first.get("payload"))
                    self.assertEqual(texts(second["extensions"]), texts(first["extensions"]))

    def test_envelopes_that_a_format_cannot_carry_are_answered(self):
        told = self.encode("native", {**NATIVE, "eventId": "no-uuid"}, {**NATIVE, "payload": 1}, {**NATIVE, "aggregateId": 7},
                           {name: value for name, value in NATIVE.items() if name != "occurredAt"}, [], NATIVE)
        self.assertEqual([out.get("error", {}).get("code") for out in told.lines],
                         ["envelope.event_id", "envelope.payload", "envelope.wrong_type", "envelope.missing",
                          "envelope.not_an_object", None])
        self.assertEqual(told.status, 1)
        self.assertEqual(self.encode("qa-package-events", NATIVE).lines[0]["error"]["code"], "envelope.type")

    def test_bytes_come_out_in_base64(self):
        envelope = {**NATIVE, "extensions": {"data_base64": base64.b64encode(b"\xff\x00").decode(),
                                             "datacontenttype": "application/octet-stream"}}
        del envelope["payload"]
        told = self.encode("cloudevents-binary", envelope)
        self.assertEqual(told.lines[0]["valueBase64"], "/wA=")


def texts(extensions):
    """Binary mode knows strings only; the rest was said by the envelope."""
    return {name: str(value).lower() for name, value in extensions.items() if name not in ("subject", "partitionkey")}


if __name__ == "__main__":
    unittest.main()
