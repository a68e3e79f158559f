import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.debezium.data.Envelope;
import io.debezium.data.Json;
import io.debezium.data.Uuid;
import io.debezium.time.ZonedTimestamp;
import io.debezium.transforms.outbox.EventRouter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.StringConverter;

/**
 * What Debezium's outbox event router makes of changes of an outbox table, as Kafka Connect would write it with its
 * StringConverter for key, value and headers.
 *
 * In, a line each: {"options": {…}, "op": "c"|"u"|"d", "columns": {name: type in PostgreSQL}, "row": {name: value}}.
 * Out, a line each: {"topic", "key", "headers": [[name, value]], "value"}, an object for a value of several members; or
 * null when the router drops the change.
 */
public final class EventRouterOracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final StringConverter TEXT = new StringConverter();
    private static final JsonConverter MEMBERS = new JsonConverter();

    public static void main(String[] arguments) throws Exception {
        PrintStream results = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // the router's log
        TEXT.configure(Map.of(), false);
        MEMBERS.configure(Map.of("schemas.enable", "false"), false);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null;) {
            results.println(JSON.writeValueAsString(route(JSON.readTree(line))));
        }
    }

    private static JsonNode route(JsonNode change) throws Exception {
        Map<String, String> options = new HashMap<>();
        change.path("options").fields().forEachRemaining(each -> options.put(each.getKey(), each.getValue().asText()));
        try (EventRouter<SourceRecord> router = new EventRouter<>()) {
            router.configure(options);
            SourceRecord record = router.apply(recordOf(change));
            return record == null ? JSON.nullNode() : shown(record);
        }
    }

    /** The change as Debezium's PostgreSQL connector tells it. */
    private static SourceRecord recordOf(JsonNode change) {
        SchemaBuilder columns = SchemaBuilder.struct().optional().name("server.service.outbox.Value");
        change.get("columns").fields().forEachRemaining(
                column -> columns.field(column.getKey(), schemaOf(column.getValue().asText())));
        Schema rowSchema = columns.build();
        Schema sourceSchema = SchemaBuilder.struct().name("source").field("connector", Schema.STRING_SCHEMA).build();
        Envelope envelope = Envelope.defineSchema()
                .withName("server.service.outbox.Envelope").withRecord(rowSchema).withSource(sourceSchema).build();
        Struct row = new Struct(rowSchema);
        rowSchema.fields().forEach(
                field -> row.put(field, valueOf(change.get("row").get(field.name()), field.schema())));
        Struct source = new Struct(sourceSchema).put("connector", "postgresql");
        Struct told = switch (change.path("op").asText("c")) {
            case "u" -> envelope.update(row, row, source, Instant.EPOCH);
            case "d" -> envelope.delete(row, source, Instant.EPOCH);
            default -> envelope.create(row, source, Instant.EPOCH);
        };
        return new SourceRecord(Map.of(), Map.of(), "server.service.outbox", null, null, envelope.schema(), told);
    }

    private static Schema schemaOf(String type) {
        return switch (type) {
            case "uuid" -> Uuid.builder().optional().build();
            case "json", "jsonb" -> Json.builder().optional().build();
            case "timestamp with time zone" -> ZonedTimestamp.builder().optional().build();
            case "bigint" -> Schema.OPTIONAL_INT64_SCHEMA;
            case "integer" -> Schema.OPTIONAL_INT32_SCHEMA;
            case "smallint" -> Schema.OPTIONAL_INT16_SCHEMA;
            case "boolean" -> Schema.OPTIONAL_BOOLEAN_SCHEMA;
            case "text", "character varying" -> Schema.OPTIONAL_STRING_SCHEMA;
            default -> throw new IllegalArgumentException("no schema for a column of type " + type);
        };
    }

    private static Object valueOf(JsonNode value, Schema schema) {
        if (value == null || value.isNull()) {
            return null;
        }
        return switch (schema.type()) {
            case INT64 -> value.longValue();
            case INT32 -> value.intValue();
            case INT16 -> value.shortValue();
            case BOOLEAN -> value.booleanValue();
            default -> value.isTextual() ? value.textValue() : value.toString();
        };
    }

    private static JsonNode shown(SourceRecord record) throws Exception {
        ObjectNode shown = JSON.createObjectNode().put("topic", record.topic());
        shown.put("key", text(TEXT.fromConnectData(record.topic(), record.keySchema(), record.key())));
        ArrayNode headers = shown.putArray("headers");
        for (Header header : record.headers()) {
            headers.addArray().add(header.key()).add(
                    text(TEXT.fromConnectHeader(record.topic(), header.key(), header.schema(), header.value())));
        }
        if (record.value() instanceof Struct) {
            shown.set("value", JSON.readTree(
                    MEMBERS.fromConnectData(record.topic(), record.valueSchema(), record.value())));
        } else {
            shown.put("value", text(TEXT.fromConnectData(record.topic(), record.valueSchema(), record.value())));
        }
        return shown;
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
