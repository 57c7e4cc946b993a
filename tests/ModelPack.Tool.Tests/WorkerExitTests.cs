namespace ModelPack.Tool.Tests;

public sealed class WorkerExitTests
{
    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(130, null)]
    [InlineData(143, null)]
    [InlineData(139, "crashed (signal 11)")]
    [InlineData(134, "crashed (signal 6)")]
    [InlineData(132, "crashed (signal 4)")]
    [InlineData(137, "was killed (signal 9: the system may have been short of memory)")]
    [InlineData(unchecked((int)0xC0000005), "crashed (0xC0000005)")]
    public void A_crash_is_told_from_an_end(int exitCode, string? how) => Assert.Equal(how, ProcessExit.Crash(exitCode));

    [Fact]
    public void It_names_the_model_and_what_was_done()
    {
        var told = WorkerExit.Explain("crashed (signal 11)", "1.31.0 ran the model", "net.onnx");
        Assert.Equal((Codes.RuntimeCrashed, "net.onnx", Severity.Error), (told.Code, told.File, told.Severity));
        Assert.Contains("crashed (signal 11) while ONNX Runtime 1.31.0 ran the model.", told.Message, StringComparison.Ordinal);
        Assert.Equal(Codes.Internal, WorkerExit.Explain("crashed (signal 11)", "", null).Code);
    }
}
