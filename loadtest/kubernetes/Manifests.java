import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.util.ModelMapper;
import io.kubernetes.client.util.Yaml;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Reads manifests as strictly as Kubernetes' own client does: an unknown kind, field or value of
 * the wrong type is an error. A PodMonitor isn't known to that client; its fields are those that
 * the Prometheus Operator documents and that we use. Usage: Manifests FILE... Exit 1 with a line
 * for each object that is wrong.
 */
final class Manifests {
  private static final Map<String, Set<String>> POD_MONITOR =
      Map.of(
          "", Set.of("apiVersion", "kind", "metadata", "spec"),
          "metadata", Set.of("name", "namespace", "labels", "annotations"),
          "spec", Set.of("selector", "podMetricsEndpoints", "namespaceSelector", "jobLabel"),
          "selector", Set.of("matchLabels", "matchExpressions"),
          "endpoint", Set.of("port", "path", "interval", "scrapeTimeout", "scheme"));

  public static void main(String[] files) throws Exception {
    int wrong = 0;
    int objects = 0;
    for (String file : files) {
      for (Object document : Yaml.getSnakeYaml(null).loadAll(Files.readString(Path.of(file)))) {
        JsonObject object = new Gson().toJsonTree(document).getAsJsonObject();
        objects++;
        try {
          check(object);
        } catch (IllegalArgumentException bad) {
          wrong++;
          System.out.println(file + ": " + name(object) + ": " + bad.getMessage());
        }
      }
    }
    System.out.println(objects + " objects, " + wrong + " wrong");
    System.exit(wrong == 0 && objects > 0 ? 0 : 1);
  }

  private static String name(JsonObject object) {
    return object.get("kind") + " " + object.getAsJsonObject("metadata").get("name");
  }

  private static void check(JsonObject object) throws ReflectiveOperationException {
    String version = object.get("apiVersion").getAsString();
    String kind = object.get("kind").getAsString();
    if (kind.equals("PodMonitor")) {
      checkPodMonitor(object);
      return;
    }
    int slash = version.indexOf('/');
    String group = slash < 0 ? "" : version.substring(0, slash);
    Class<?> model = ModelMapper.getApiTypeClass(group, version.substring(slash + 1), kind);
    if (model == null) {
      throw new IllegalArgumentException("no such kind: " + version + " " + kind);
    }
    try {
      model.getMethod("validateJsonElement", JsonElement.class).invoke(null, object);
    } catch (InvocationTargetException refused) {
      throw new IllegalArgumentException(refused.getCause().getMessage(), refused);
    }
    try {
      Yaml.load(new Gson().toJson(object)); // Quantities, ints or strings.
    } catch (Exception refused) {
      throw new IllegalArgumentException(refused.getMessage(), refused);
    }
  }

  private static void checkPodMonitor(JsonObject monitor) {
    if (!monitor.get("apiVersion").getAsString().equals("monitoring.coreos.com/v1")) {
      throw new IllegalArgumentException("apiVersion is " + monitor.get("apiVersion"));
    }
    only("", monitor);
    only("metadata", monitor.getAsJsonObject("metadata"));
    JsonObject spec = monitor.getAsJsonObject("spec");
    only("spec", spec);
    only("selector", spec.getAsJsonObject("selector"));
    for (JsonElement endpoint : spec.getAsJsonArray("podMetricsEndpoints")) {
      only("endpoint", endpoint.getAsJsonObject());
    }
  }

  private static void only(String where, JsonObject object) {
    for (String field : object.keySet()) {
      if (!POD_MONITOR.get(where).contains(field)) {
        throw new IllegalArgumentException("no such field: " + where + " " + field);
      }
    }
  }
}
