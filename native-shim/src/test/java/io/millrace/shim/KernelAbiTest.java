package io.millrace.shim;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The comparison of Java's constants with the shim's table: a difference of either side is named.
 */
final class KernelAbiTest {
  private static final Arena ARENA = Arena.ofAuto();

  /**
   * A table with every constant as Java has it, by its name in Java: the comparison knows no case.
   */
  private static Map<String, Long> equalTable() throws IllegalAccessException {
    Map<String, Long> table = new LinkedHashMap<>();
    for (var field : KernelAbi.class.getFields()) {
      if (field.getType() == int.class) {
        table.put(field.getName(), (long) field.getInt(null));
      }
    }
    return table;
  }

  private static KernelAbi.Table serve(Map<String, Long> table) {
    String[] names = table.keySet().toArray(new String[0]);
    return (index, name, value) -> {
      if (index >= names.length) {
        return -2;
      }
      name.set(ADDRESS, 0, ARENA.allocateFrom(names[index]));
      value.set(JAVA_LONG, 0, table.getOrDefault(names[index], 0L));
      return 0;
    };
  }

  @Test
  void equalTablesAreAccepted() throws IllegalAccessException {
    assertThat(equalTable()).hasSizeGreaterThan(50);
    assertThatCode(() -> KernelAbi.verify(serve(equalTable()))).doesNotThrowAnyException();
  }

  @Test
  void namesOfStructsAndFieldsAreThoseOfC() throws IllegalAccessException {
    Map<String, Long> table = equalTable();
    table.put("io_uring_sqe.len", table.remove("IO_URING_SQE_LEN"));
    table.put("io_uring_cqe.size", table.remove("IO_URING_CQE_SIZE"));
    assertThatCode(() -> KernelAbi.verify(serve(table))).doesNotThrowAnyException();
  }

  @Test
  void anOffsetThatDiffersIsNamedWithBothValues() throws IllegalAccessException {
    Map<String, Long> table = equalTable();
    table.remove("IO_URING_SQE_LEN");
    table.put("io_uring_sqe.len", 28L);
    assertThatThrownBy(() -> KernelAbi.verify(serve(table)))
        .isInstanceOf(ShimException.class)
        .hasMessageContaining("rebuild both")
        .hasMessageContaining("io_uring_sqe.len: C has 28, Java 24");
  }

  @Test
  void aConstantThatOnlyTheShimHasIsNamed() throws IllegalAccessException {
    Map<String, Long> table = equalTable();
    table.put("IORING_OP_LATER", 77L);
    assertThatThrownBy(() -> KernelAbi.verify(serve(table)))
        .isInstanceOf(ShimException.class)
        .hasMessageContaining("IORING_OP_LATER: C has 77, Java null");
  }

  @Test
  void aConstantThatOnlyJavaHasIsNamed() throws IllegalAccessException {
    Map<String, Long> table = equalTable();
    table.remove("IORING_OP_SEND_ZC");
    assertThatThrownBy(() -> KernelAbi.verify(serve(table)))
        .isInstanceOf(ShimException.class)
        .hasMessageContaining("IORING_OP_SEND_ZC: not in the shim");
  }

  @Test
  void theTopmostBitIsTheSameInBothLanguages() throws IllegalAccessException {
    Map<String, Long> table = equalTable();
    table.put("IORING_NOTIF_USAGE_ZC_COPIED", 1L << 31); // u32 in C, negative in Java
    assertThatCode(() -> KernelAbi.verify(serve(table))).doesNotThrowAnyException();
  }

  @Test
  void theSumIsThatOfTheConstantsAndOfTheShim() {
    assertThat(KernelAbi.SUM).as("KernelAbi.SUM, to be written there").isEqualTo(KernelAbi.sum());
    assertThat(NativeKernel.layoutSum()).isEqualTo(KernelAbi.sum());
  }

  @Test
  void aSumThatDiffersIsLookedIntoOneByOne() throws IllegalAccessException {
    Map<String, Long> table = equalTable();
    assertThatCode(() -> KernelAbi.verify(KernelAbi.SUM + 1, serve(table)))
        .doesNotThrowAnyException();
    table.put("IORING_OP_LATER", 77L);
    assertThatThrownBy(() -> KernelAbi.verify(KernelAbi.SUM + 1, serve(table)))
        .isInstanceOf(ShimException.class);
  }
}
