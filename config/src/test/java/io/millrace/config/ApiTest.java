package io.millrace.config;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.junit.jupiter.api.Test;

/** What other modules may rely on. */
class ApiTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.millrace.config");

  @Test
  void noTypeOfTypesafeConfigLeaves() {
    assertThat(CLASSES).isNotEmpty();
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should(
            new ArchCondition<JavaMethod>("name no type of Typesafe Config") {
              @Override
              public void check(JavaMethod method, ConditionEvents events) {
                for (JavaClass named : method.getRawParameterTypes()) {
                  check(method, named, events);
                }
                check(method, method.getRawReturnType(), events);
              }

              private void check(JavaMethod method, JavaClass named, ConditionEvents events) {
                if (named.getPackageName().startsWith("com.typesafe")) {
                  events.add(SimpleConditionEvent.violated(method, method.getFullName()));
                }
              }
            })
        .check(CLASSES);
  }

  @Test
  void nothingOfOursIsNeededButThisPackage() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.millrace..").and(not(resideInAPackage("io.millrace.config"))))
        .check(CLASSES);
  }

  @Test
  void settingsHaveNoStateToChange() {
    CLASSES.stream()
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .flatMap(type -> type.getFields().stream())
        .forEach(
            field ->
                assertThat(field.getModifiers())
                    .as(field.getFullName())
                    .contains(JavaModifier.FINAL));
  }
}
