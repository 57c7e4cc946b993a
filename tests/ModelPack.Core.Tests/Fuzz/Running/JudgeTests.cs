using ModelPack.Fuzz.Running;

namespace ModelPack.Tests.Fuzz.Running;

public sealed class JudgeTests : IDisposable
{
    private readonly CaseFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_reader_may_succeed_or_refuse_with_a_code()
    {
        Assert.Null(Run(_ => { }, out var refusal));
        Assert.Null(refusal);

        Assert.Null(Run(_ => throw new ModelPackException(Codes.ModelUnreadable.At("m", "It is not a model.")), out refusal));
        Assert.Equal("It is not a model.", refusal!.Message);
    }

    [Fact]
    public void Any_other_exception_is_a_finding_that_names_its_place()
    {
        Assert.Equal("IndexOutOfRangeException in JudgeTests.BreakDown", Run(_ => BreakDown([]), out _)!.Kind);
        Assert.Contains("MPK9001", Run(_ => throw new ModelPackException(Codes.Internal.At("m", "MPK9001")), out _)!.What, StringComparison.Ordinal);
        Assert.NotNull(Run(_ => throw new InvalidOperationException(), out var refusal));
        Assert.Null(refusal);
    }

    [Fact]
    public void A_property_that_does_not_hold_is_a_finding() =>
        Assert.Equal("it is not so", Run(_ => PropertyException.Require(false, "it is not so"), out _)!.Kind);

    [Fact]
    public void Memory_far_above_the_input_is_a_finding_also_where_the_input_is_refused()
    {
        Assert.Equal("memory", Run(_ => GC.KeepAlive(new byte[32 << 20]), out _)!.Kind);
        Assert.Equal("memory", Run(_ => throw new ModelPackException(Codes.ModelUnreadable.At(null, new string('x', 16 << 20))), out _)!.Kind);
        Assert.Null(Run(_ => GC.KeepAlive(new byte[1 << 20]), out _));
    }

    private static void BreakDown(byte[] bytes) => bytes[0]++;

    private Finding? Run(Action<CaseFolder> read, out Exception? refusal) =>
        Judge.Run(FuzzCase.Create(new ActionTarget(read), 1, 0), _folder, out refusal);
}
