import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.util.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes the files of the ConfigMap in manifests into a folder, as a pod would see them. Usage:
 * ConfigMapFiles MANIFESTS FOLDER.
 */
final class ConfigMapFiles {
  public static void main(String[] arguments) throws Exception {
    for (Object object : Yaml.loadAll(Path.of(arguments[0]).toFile())) {
      if (object instanceof V1ConfigMap map) {
        for (Map.Entry<String, String> file : map.getData().entrySet()) {
          Files.writeString(Path.of(arguments[1], file.getKey()), file.getValue());
        }
      }
    }
  }
}
