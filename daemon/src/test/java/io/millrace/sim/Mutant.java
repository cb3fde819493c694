package io.millrace.sim;

import io.millrace.shim.KernelAbi;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Classic bugs, each planted into a method of production code when it is loaded. */
enum Mutant implements CodeTransform {
  /** A result counts as the request's end, with F_MORE or without. */
  RELEASE_ON_THE_FIRST_CQE("io.millrace.uring.CompletionMerger", "onCqe") {
    @Override
    public void atStart(CodeBuilder code) {
      code.iload(FLAGS).bipush(~KernelAbi.IORING_CQE_F_MORE).iand().istore(FLAGS);
    }
  },
  /** A failed send is taken to have no notification. */
  MISSED_NOTIFICATION_ON_ERROR("io.millrace.uring.CompletionMerger", "onCqe") {
    @Override
    public void atStart(CodeBuilder code) {
      Label succeeded = code.newLabel();
      code.iload(RESULT).ifge(succeeded);
      code.iload(FLAGS).bipush(~KernelAbi.IORING_CQE_F_MORE).iand().istore(FLAGS);
      code.labelBinding(succeeded);
    }
  },
  /** Every failed send is taken to have one. */
  NOTIFICATION_AWAITED_IN_VAIN("io.millrace.uring.CompletionMerger", "onCqe") {
    @Override
    public void atStart(CodeBuilder code) {
      Label certain = code.newLabel();
      code.iload(RESULT).ifge(certain);
      code.iload(FLAGS).bipush(KernelAbi.IORING_CQE_F_NOTIF).iand().ifne(certain);
      code.iload(FLAGS).iconst_2().ior().istore(FLAGS);
      code.labelBinding(certain);
    }
  },
  /** {@code <} in place of {@code !=}. */
  SIGNED_INDEX_COMPARISON("io.millrace.uring.CompletionQueue", "reap") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof BranchInstruction branch && branch.opcode() == Opcode.IF_ICMPEQ) {
        code.if_icmpge(branch.target());
      } else {
        code.with(element);
      }
    }
  },
  /** The entries are the kernel's before they are read. */
  HEAD_PUBLISHED_BEFORE_READING("io.millrace.uring.CompletionQueue", "reap") {
    @Override
    public void atStart(CodeBuilder code) {
      ClassDesc queue = ClassDesc.of("io.millrace.uring.CompletionQueue");
      code.aload(0)
          .invokestatic(
              ClassDesc.of("io.millrace.sim.EarlyHead"),
              "publish",
              MethodTypeDesc.of(ConstantDescs.CD_void, queue));
    }
  },
  /** A thread that polls is taken to be awake. */
  SLEEPING_POLLER_LEFT_ASLEEP("io.millrace.uring.SubmissionQueue", "pollerSleeps") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof OperatorInstruction operator && operator.opcode() == Opcode.IAND) {
        code.pop2().iconst_0(); // the flags and the bit
      } else {
        code.with(element);
      }
    }
  },
  /** Entries are taken to be free as soon as they are published. */
  ENTRY_USED_BEFORE_THE_HEAD_HAS_PASSED("io.millrace.uring.SubmissionQueue", "free") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof InvokeInstruction call && call.name().equalsString("pending")) {
        code.pop().iconst_0(); // the receiver
      } else {
        code.with(element);
      }
    }
  },
  /** A run that can't go to its target now is put into the backlog without a reference. */
  LOST_REFERENCE_ON_FAN_OUT_FAILURE("io.millrace.sender.StreamSubmitter", "passOver") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      withoutReference(code, element);
    }
  },
  /** What a failed request was to send is put into the backlog without a reference. */
  LOST_REFERENCE_ON_RETRY("io.millrace.sender.FailedRequests", "keep") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      withoutReference(code, element);
    }
  },
  /** The datagrams of a train that falls apart share a slot, and each needs a reference to it. */
  LOST_REFERENCE_ON_A_TRAIN_THAT_FALLS_APART("io.millrace.stream.UdpSource", "next") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      withoutReference(code, element);
    }
  },

  /** A target that waits before it is sent to again is not waited for. */
  FORGOTTEN_DELAY("io.millrace.sender.RetryDelays", "begin") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof InvokeInstruction call && call.name().equalsString("add")) {
        code.pop2().pop2(); // the time, the target and the receiver
      } else {
        code.with(element);
      }
    }
  },
  /** A probe is not the only request to its target. */
  PROBE_IN_COMPANY("io.millrace.sender.CircuitBreakers", "step") {
    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof InvokeInstruction call && call.name().equalsString("inFlight")) {
        code.pop2().iconst_0(); // the receiver and the target
      } else {
        code.with(element);
      }
    }
  };

  /** Local variables of onCqe(long userData, int result, int flags). */
  private static final int RESULT = 3;

  private static final int FLAGS = 4;

  private final String className;
  private final String method;

  Mutant(String className, String method) {
    this.className = className;
    this.method = method;
  }

  String className() {
    return className;
  }

  String method() {
    return method;
  }

  @Override
  public void accept(CodeBuilder code, CodeElement element) {
    code.with(element);
  }

  /** Leaves a slot without the reference that is acquired for it. */
  private static void withoutReference(CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeInstruction call
        && call.name().equalsString("acquire")
        && call.owner().name().equalsString("io/millrace/buffer/SlotReferences")) {
      code.pop2(); // the receiver and the slot
    } else {
      code.with(element);
    }
  }
}
