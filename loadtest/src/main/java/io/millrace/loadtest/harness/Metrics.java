package io.millrace.loadtest.harness;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** What {@code /metrics} said at one moment, in the Prometheus text format. Immutable. */
public final class Metrics {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)\\})? (\\S+)");

  private static final Pattern BOUND = Pattern.compile("(?:^|,)le=\"([^\"]+)\"");

  private record Sample(String name, String labels, double value) {}

  private final List<Sample> samples = new ArrayList<>();

  Metrics(String text) {
    for (String line : text.lines().toList()) {
      Matcher matcher = SAMPLE.matcher(line);
      if (!line.startsWith("#") && matcher.matches()) {
        String labels = matcher.group(2) == null ? "" : matcher.group(2);
        samples.add(new Sample(matcher.group(1), labels, Double.parseDouble(matcher.group(3))));
      }
    }
  }

  /**
   * Asks a daemon on this machine.
   *
   * @throws HarnessException if it doesn't answer, or not with metrics
   */
  public static Metrics fetch(int port) {
    return fetch(HttpClient.newBuilder(), "http", port);
  }

  /**
   * Asks a daemon on this machine's loopback whose admin server speaks TLS.
   *
   * @param trusting what its certificate is trusted by
   * @throws HarnessException if it doesn't answer
   */
  public static Metrics fetch(int port, SSLContext trusting) {
    return fetch(HttpClient.newBuilder().sslContext(trusting), "https", port);
  }

  private static Metrics fetch(HttpClient.Builder builder, String scheme, int port) {
    try (HttpClient client = builder.connectTimeout(PATIENCE).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + "/metrics"))
              .timeout(PATIENCE)
              .build();
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new HarnessException("/metrics answers " + response.statusCode());
      }
      return new Metrics(response.body());
    } catch (IOException failure) {
      throw new HarnessException("/metrics: " + failure, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  /**
   * Asks a daemon in a network namespace, on its loopback, for the samples whose names begin so.
   *
   * @throws HarnessException if it doesn't answer
   */
  public static Metrics fetch(String namespace, int port, String name) {
    NamespaceHttp.Answer answer = new NamespaceHttp(namespace, port).get("/metrics");
    if (!answer.isOk()) {
      throw new HarnessException("/metrics answers " + answer.status());
    }
    return new Metrics(
        answer.body().lines().filter(line -> line.startsWith(name)).collect(joining("\n")));
  }

  /** Of an answer's text. */
  public static Metrics of(String text) {
    return new Metrics(text);
  }

  /**
   * A quantile of a histogram, all of its series together.
   *
   * @return the upper bound of the bucket that it is in; NaN if nothing was counted
   */
  public double quantile(String name, double quantile) {
    return histogram(name).upperBound(quantile);
  }

  /** A histogram, all of its series together. */
  public Histogram histogram(String name) {
    NavigableMap<Double, Double> buckets = new TreeMap<>();
    for (Sample sample : samples) {
      Matcher bound = BOUND.matcher(sample.labels);
      if (sample.name.equals(name + "_bucket") && bound.find()) {
        double le =
            bound.group(1).equals("+Inf") ? Double.MAX_VALUE : Double.parseDouble(bound.group(1));
        buckets.merge(le, sample.value, Double::sum);
      }
    }
    return new Histogram(buckets);
  }

  /** What has been counted between two moments: the difference of each sample that both have. */
  public Metrics since(Metrics earlier) {
    Map<String, Double> before = new HashMap<>();
    earlier.samples.forEach(sample -> before.put(sample.name + "{" + sample.labels, sample.value));
    Metrics difference = new Metrics("");
    for (Sample sample : samples) {
      Double value = before.get(sample.name + "{" + sample.labels);
      if (value != null) {
        difference.samples.add(new Sample(sample.name, sample.labels, sample.value - value));
      }
    }
    return difference;
  }

  /** The sum over all samples of a name; 0 if there is none. */
  public double sum(String name) {
    return samples.stream()
        .filter(sample -> sample.name.equals(name))
        .mapToDouble(Sample::value)
        .sum();
  }

  /** The sum over all samples of a name that have this label, as written. */
  public double sum(String name, String label) {
    return samples.stream()
        .filter(sample -> sample.name.equals(name) && sample.labels.contains(label))
        .mapToDouble(Sample::value)
        .sum();
  }

  /**
   * The value of the first sample of a name that has all of these labels.
   *
   * @param labels as written: {@code name="value"}
   */
  public double value(String name, String... labels) {
    for (Sample sample : samples) {
      if (sample.name.equals(name) && Stream.of(labels).allMatch(sample.labels::contains)) {
        return sample.value;
      }
    }
    throw new HarnessException("no " + name + " with " + String.join(", ", labels));
  }

  /** Whether there is a sample of a name that has all of these labels. */
  public boolean has(String name, String... labels) {
    return samples.stream()
        .anyMatch(
            sample ->
                sample.name.equals(name) && Stream.of(labels).allMatch(sample.labels::contains));
  }

  /** A label's value in the only sample of a name. */
  public String label(String name, String label) {
    Pattern pattern = Pattern.compile("(?:^|,)" + label + "=\"([^\"]*)\"");
    for (Sample sample : samples) {
      Matcher matcher = pattern.matcher(sample.labels);
      if (sample.name.equals(name) && matcher.find()) {
        return matcher.group(1);
      }
    }
    throw new HarnessException("no " + name + " with the label " + label);
  }
}
