package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

final class JsonTextTest {
  @Test
  void printsWhatAnObjectMapperPrints() throws Exception {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("text", "a \"quote\", a \n break, \u0001 and ü");
    tree.put("small", 7).put("large", Long.MAX_VALUE).put("negative", -1L);
    tree.put("fraction", 0.1).put("tiny", 1e-9).put("whole", 3.0).put("huge", 1e300);
    tree.put("yes", true).putNull("nothing");
    tree.putArray("empty");
    tree.putObject("none");
    tree.putArray("mixed").add(1).add("two").addObject().putArray("deep").add(false);

    String expected =
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(tree);

    assertThat(JsonText.print(tree)).isEqualTo(expected);
  }
}
