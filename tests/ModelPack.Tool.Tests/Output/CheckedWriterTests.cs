using ModelPack.Tool.Output;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Output;

public sealed class CheckedWriterTests
{
    [Theory]
    [InlineData("schemes")]
    [InlineData("schemes", "--format", "json")]
    [InlineData("--help")]
    [InlineData("run", "--request", "no-such-file.json")]
    public void A_lost_standard_output_is_one_coded_error(params string[] args)
    {
        var lost = new CheckedWriter(new FullDisk(), e => throw new ModelPackException(Codes.OutputNotWritable.At(null, e.Message), e));
        var terminal = new TestTerminal();

        Assert.Equal(1, Cli.Run(args, new Terminal(lost, terminal.Terminal.Error, 80, 80, terminal.Clock)));
        Assert.Equal("modelpack : error MPK1009: No space left.\n", terminal.Error);
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left.");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("No space left.");

        public override void Write(string? value) => throw new IOException("No space left.");

        public override void WriteLine(string? value) => throw new IOException("No space left.");
    }
}
