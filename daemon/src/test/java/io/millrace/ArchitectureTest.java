package io.millrace;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.millrace.buffer.BufferPool;
import io.millrace.sender.SenderProxy;

/**
 * The table of allowed directions: who may know whom. The root package and {@code cli} put
 * everything together.
 */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String[] DATA_PLANE = {
    "io.millrace.buffer..",
    "io.millrace.uring..",
    "io.millrace.mmsg..",
    "io.millrace.sender..",
    "io.millrace.stream..",
    "io.millrace.counters.."
  };

  /**
   * Of our packages, a package may see itself, the given ones, and the given classes with what is
   * nested in them.
   */
  private static ArchRule only(String from, DescribedPredicate<JavaClass> allowed) {
    String own = "io.millrace." + from + "..";
    return noClasses()
        .that()
        .resideInAPackage(own)
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.millrace..").and(not(resideInAPackage(own))).and(not(allowed)));
  }

  private static DescribedPredicate<JavaClass> packages(String... names) {
    String[] patterns = new String[names.length];
    for (int index = 0; index < names.length; index++) {
      patterns[index] = "io.millrace." + names[index] + "..";
    }
    return resideInAnyPackage(patterns);
  }

  @ArchTest
  static final ArchRule adminSeesMetricsAndTheProxy =
      only("admin", packages("metrics").or(equivalentTo(SenderProxy.class)));

  @ArchTest
  static final ArchRule metricsSeeCountersAndThePoolsGauges =
      only("metrics", packages("counters").or(equivalentTo(BufferPool.class)));

  @ArchTest
  static final ArchRule namesSeeTheirSettingsAndCounters =
      only("names", packages("config", "counters"));

  @ArchTest
  static final ArchRule theSenderSeesTheDataPlane =
      only("sender", packages("stream", "buffer", "uring", "mmsg", "counters", "shim"));

  @ArchTest
  static final ArchRule streamsSeeBuffersAndCounters =
      only("stream", packages("buffer", "counters", "shim"));

  @ArchTest static final ArchRule countersSeeNothing = only("counters", packages("shim"));

  @ArchTest static final ArchRule buffersSeeTheKernel = only("buffer", packages("shim"));

  @ArchTest static final ArchRule theRingSeesTheKernel = only("uring", packages("shim"));

  @ArchTest static final ArchRule batchesSeeTheKernel = only("mmsg", packages("shim"));

  @ArchTest
  static final ArchRule configAndShimStandAlone =
      noClasses()
          .that()
          .resideInAnyPackage("io.millrace.config..", "io.millrace.shim..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.millrace..")
                  .and(not(resideInAnyPackage("io.millrace.config..", "io.millrace.shim.."))));

  @ArchTest
  static final ArchRule noPackagesDependOnEachOther =
      slices().matching("io.millrace.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theDataPlaneLogsNothingAndMakesNoGarbageByHabit =
      noClasses()
          .that()
          .resideInAnyPackage(DATA_PLANE)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "org.slf4j..", "ch.qos.logback..", "io.micrometer..", "java.util.stream..")
                  .or(
                      DescribedPredicate.describe(
                          "java.util.Optional*",
                          type -> type.getName().startsWith("java.util.Optional"))));

  @ArchTest
  static final ArchRule onlyTheShimLinksNativeCode =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.shim..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.Linker")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.SymbolLookup");

  @ArchTest
  static final ArchRule onlyConfigKnowsTypesafeConfig =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.config..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.typesafe..");

  /** The rules above hold for empty packages too; this one doesn't. */
  @ArchTest
  static final ArchRule theEngineIsThere =
      classes()
          .that()
          .haveSimpleName("SenderThread")
          .should()
          .resideInAPackage("io.millrace.sender");
}
