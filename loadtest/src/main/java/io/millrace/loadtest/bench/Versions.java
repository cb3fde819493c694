package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.text.Json;
import java.util.List;

/** Which versions were measured, and with which tools. */
public final class Versions {
  private Versions() {}

  public static ObjectNode describe() {
    ObjectNode json = Json.object();
    json.put("gcc", firstLine("gcc", "--version"));
    for (String name : List.of("nftables", "iproute2")) {
      json.put(name, debian(name));
    }
    for (Peer peer : Peer.values()) {
      json.put(peer.tool(), debian(peer.debianPackage()));
    }
    return json;
  }

  private static String debian(String name) {
    return firstLine("dpkg-query", "-W", "-f", "${Version}\\n", name);
  }

  private static String firstLine(String... command) {
    try {
      return ManagedProcess.run(List.of(command)).lines().findFirst().orElse("unknown");
    } catch (HarnessException missing) {
      return "unknown";
    }
  }
}
