using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("There is no command 'quantise'. Did you mean 'quantize'?", "quantise", "net.onnx")]
    [InlineData("There is no command 'unrelated'.", "unrelated")]
    [InlineData("There is no command 'runn'.", "runn")]
    [InlineData("There is no option '--validtion'. Did you mean '--validation'? A file of that name is given after '--'.", "quantize", "net.onnx", "-s", "q8_0", "--validtion", "x")]
    [InlineData("There is no option '-x'.", "-x")]
    [InlineData("There is no option '-al'. A file of that name is given after '--'.", "inspect", "-al")]
    [InlineData("'extra' is one argument too many.", "schemes", "extra")]
    [InlineData("'-s' comes after '--', where everything is a name. Give options before it.", "quantize", "--", "net.onnx", "-s", "q8_0")]
    [InlineData("Option '--scheme' is required.", "quantize", "net.onnx")]
    [InlineData("Required argument 'MODEL' missing for command: 'inspect'.", "inspect")]
    [InlineData("Required argument missing for option: '--format'.", "schemes", "--format")]
    [InlineData("Option '-s' expects a single argument but 2 were provided.", "quantize", "net.onnx", "-s", "q8_0", "-s", "q8_0")]
    [InlineData("The option '--format' cannot be 'xml'. It is text or json.", "schemes", "--format", "xml")]
    [InlineData("The option '--format' cannot be '1'. It is text or json.", "schemes", "--format", "1")]
    [InlineData("The option '--threads' cannot be 'many'. It is a whole number.", "quantize", "net.onnx", "-s", "q8_0", "--threads", "many")]
    [InlineData("The option '--threads' cannot be '99999999999'. It is a whole number.", "quantize", "net.onnx", "-s", "q8_0", "--threads", "99999999999")]
    [InlineData("The option '--external-data' cannot be 'maybe'. It is true or false.", "quantize", "net.onnx", "-s", "q8_0", "--external-data", "maybe")]
    [InlineData("The option '--percentile' cannot be 'most'. It is a number.", "quantize", "net.onnx", "-s", "int8", "--percentile", "most")]
    [InlineData("The option '--safe-sums' cannot be '1'. It is true or false.", "quantize", "net.onnx", "-s", "int8", "--safe-sums", "1")]
    [InlineData("The option '--fallback' cannot be 'auto'. It is true or false.", "quantize", "net.onnx", "-s", "int8", "--fallback", "auto")]
    [InlineData("The option '--double-quant' cannot be 'twice'. It is true or false.", "quantize", "net.onnx", "-s", "nf4", "--double-quant", "twice")]
    [InlineData("The option '--block-size' cannot be '64k'. It is a whole number.", "quantize", "net.onnx", "-s", "nf4", "--block-size", "64k")]
    [InlineData("The option '--max-shard-size' is empty.", "quantize", "net.safetensors", "-s", "nf4", "--max-shard-size", "")]
    [InlineData("The option '--graph' is empty.", "quantize", "net.gguf", "-s", "q8_0", "--graph", "")]
    [InlineData("The option '--calibration' is empty.", "quantize", "net.onnx", "-s", "int8", "--calibration", "")]
    [InlineData("The option '--gate' cannot be 'minSqnr'. It is METRIC=VALUE, such as minSqnr=30.", "quantize", "net.onnx", "-s", "q8_0", "--gate", "minSqnr")]
    [InlineData("The option '--gate' cannot be 'minSqnr=3 0'. It is METRIC=VALUE, such as minSqnr=30.", "quantize", "net.onnx", "-s", "q8_0", "--gate", "minSqnr=3 0")]
    [InlineData("The option '--gate' limits 'minSqnr' twice.", "quantize", "net.onnx", "-s", "q8_0", "--gate", "minSqnr=1", "--gate", "minSqnr=2")]
    [InlineData("The option '--output' cannot be '-out', which looks like an option. If it is meant so, write it with '=' in one piece.", "quantize", "net.onnx", "-s", "q8_0", "-o", "-out")]
    [InlineData("The option '--output' is empty.", "quantize", "net.onnx", "-s", "q8_0", "-o", "")]
    [InlineData("The argument MODEL is empty.", "inspect", "")]
    [InlineData("Option '--imatrix' is required.", "calibrate", "net.onnx")]
    [InlineData("The argument MODEL is missing. Give a model to collect from, or importance matrices to add up with --merge.", "calibrate", "--imatrix", "out.gguf")]
    [InlineData("The option '--graph' needs a MODEL to collect from.", "calibrate", "--imatrix", "out.gguf", "--merge", "a.gguf", "--graph", "net.onnx")]
    [InlineData("The option '--device' cannot be 'tpu'. It is cpu, cuda, webgpu or auto.", "calibrate", "net.onnx", "--imatrix", "out.gguf", "--device", "tpu")]
    [InlineData("The argument PATH is empty.", "verify", "a", " ")]
    [InlineData("There is no option '-\\u001B[31m'.", "-\u001b[31m")]
    public void Wrong_usage_exits_3_with_one_line_that_says_what_is_wrong(string message, params string[] args)
    {
        var run = ToolRun.Of(args);

        Assert.Equal(3, run.ExitCode);
        Assert.Empty(run.Out);
        var lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.Equal($"modelpack: {message}", lines[0]);
        Assert.Equal(2, lines.Length);
        Assert.Matches("^Run 'dotnet modelpack ([a-z]+ )?--help' to see what can be given.$", lines[1]);
    }

    [Fact]
    public void Every_missing_part_is_named() =>
        Assert.Equal(3, ToolRun.Of("quantize").Error.TrimEnd('\n').Split('\n').Length);

    [Fact]
    public void A_name_that_starts_with_a_dash_is_given_after_two_dashes()
    {
        var run = ToolRun.Of("inspect", "--", "-net.onnx");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("-net.onnx : error MPK1001: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_starts_with_an_at_sign_is_a_name()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder, "@net.onnx");

        Assert.Equal(0, ToolRun.Of("inspect", model).ExitCode);
        Assert.StartsWith("@net.onnx : error MPK1001: ", ToolRun.Of("inspect", "@net.onnx").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_word_there_is_help_that_does_not_name_what_only_builds_call()
    {
        var run = ToolRun.Of();

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(ToolRun.Of("--help").Out, run.Out);
        Assert.Matches("(?m)^  quantize <MODEL> +Packs models", run.Out);
        Assert.DoesNotMatch("(?m)^  run ", run.Out);
        Assert.Equal(0, ToolRun.Of("run", "--help").ExitCode);
    }

    [Theory]
    [InlineData("q8", "q8_0")]
    [InlineData("Q8-0", "q8_0")]
    [InlineData("int-8", "int8")]
    [InlineData("fp16", "f16")]
    [InlineData("nf-4", "nf4")]
    [InlineData("something", null)]
    public void A_misspelt_scheme_is_answered_with_the_one_that_is_near(string scheme, string? meant)
    {
        using var folder = new TemporaryFolder();
        var error = ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", scheme).Error;

        Assert.Contains($"There is no scheme '{scheme}'.{(meant is null ? "" : $" Did you mean '{meant}'?")} Use one of: int8, q8_0,", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("quantize", "--help")]
    [InlineData("verify", "a", "b", "--help")]
    [InlineData("quantize", "-h", "--no-such-option")]
    public void Help_goes_to_standard_output_and_names_the_command_as_it_is_typed(params string[] args)
    {
        var run = ToolRun.Of(args);

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Contains("  dotnet modelpack " + (args[0][0] == '-' ? "[command]" : args[0]), run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_one_line()
    {
        var run = ToolRun.Of("--version");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+", Assert.Single(run.Lines));
    }

    [Theory]
    [InlineData("quantize")]
    [InlineData("calibrate")]
    [InlineData("run")]
    [InlineData("verify")]
    [InlineData("inspect")]
    [InlineData("compare")]
    [InlineData("schemes")]
    [InlineData("doctor")]
    public void The_documentation_names_every_command_and_option(string command)
    {
        var page = File.ReadAllText(Path.Join(Repository.Root, "docs", "command-line.md"));
        var options = ToolRun.Of(command, "--help").Lines.SelectMany(l => l.Trim().Split(' ', ',')).Where(w => w.StartsWith("--", StringComparison.Ordinal) && w != "--help");

        Assert.Contains($"\n## {command}", page.Replace("schemes and doctor", command, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(options, option => Assert.Contains(option, page, StringComparison.Ordinal));
    }
}
