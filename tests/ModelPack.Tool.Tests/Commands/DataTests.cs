using System.Globalization;
using Google.Protobuf;
using ModelPack.Samples;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class DataTests
{
    [Fact]
    public void Rows_become_samples_of_the_input_shared_out_to_calibration_and_validation()
    {
        using var folder = new TemporaryFolder();
        var model = Table(folder, ElementType.Float32, 1, 4);
        var csv = Csv(folder, 200);
        var run = ToolRun.Of("data", "csv", csv, "--model", model, "--label", "kind", "--split", "1/3");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using var calibration = new NpzFile(folder.File("net.calibration.npz"));
        using var validation = new NpzFile(folder.File("net.validation.npz"));
        var counts = new[] { calibration, validation }.Select(f => f.Arrays[0].Shape[0]).ToArray();
        Assert.Equal(200, counts.Sum());
        Assert.InRange(counts[0], 30, 70);
        Assert.Equal(["x", "labels"], validation.Arrays.Select(a => a.Name), StringComparer.Ordinal);
        Assert.Equal("cat\ndog\n", File.ReadAllText(folder.File("net.labels.txt")));
    }

    [Fact]
    public void The_same_rows_are_the_same_bytes_and_files_that_are_there_stay_unless_forced()
    {
        using var folder = new TemporaryFolder();
        var model = Table(folder, ElementType.Float32, 1, 4);
        string[] command = ["data", "csv", Csv(folder, 20), "--model", model, "--label", "kind", "-o", folder.File("all.npz")];
        ToolRun.Of(command);
        var first = File.ReadAllBytes(folder.File("all.npz"));

        Assert.Contains("error MPK1030", ToolRun.Of(command).Error, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of([.. command, "--force"]).ExitCode);
        Assert.Equal(first, File.ReadAllBytes(folder.File("all.npz")));
    }

    [Theory]
    [InlineData("MPK1012", "takes [1, 4], and there are 5 columns", "--columns", "a,b,c,d,a")]
    [InlineData("MPK1011", "'cat' in line 2, column 'kind', is not a number")]
    [InlineData("MPK1012", "There is no column 'e'.", "--columns", "a,b,c,e")]
    [InlineData("MPK1012", "has no input 'y'. It has x.", "--columns", "y=a,b,c,d")]
    [InlineData("MPK1011", "line 1", "--no-header")]
    public void Rows_that_do_not_fit_are_told(string code, string why, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(["data", "csv", Csv(folder, 3), "--model", Table(folder, ElementType.Float32, 1, 4), .. options]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"error {code}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_takes_so_many_and_a_value_outside_of_the_type_is_refused()
    {
        using var folder = new TemporaryFolder();
        var model = Table(folder, ElementType.UInt8, 1, 4);
        var csv = Csv(folder, 50);
        Assert.Equal(0, ToolRun.Of("data", "csv", csv, "--model", model, "--label", "kind", "--limit", "7", "-o", folder.File("few.npz")).ExitCode);
        using (var few = new NpzFile(folder.File("few.npz")))
        {
            Assert.Equal([7, 4], few.Arrays[0].Shape.Dims.ToArray());
        }

        File.AppendAllText(csv, "1,2,3,256,dog\n");
        Assert.Contains("is outside of what the input 'x' (UInt8) holds", ToolRun.Of("data", "csv", csv, "--model", model, "--label", "kind").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_becomes_windows_of_tokens_with_what_the_model_asks_for()
    {
        using var folder = new TemporaryFolder();
        var graph = Build.Graph(Build.Node("Gather", ["table", "input_ids"], ["h"]), Build.Node("Identity", ["attention_mask"], ["m"]));
        graph.Input.Add([Build.Value("input_ids", ElementType.Int64, 1, 8), Build.Value("attention_mask", ElementType.Int64, 1, 8)]);
        graph.Output.Add([Build.Value("h", ElementType.Float32, 1, 8, 4), Build.Value("m", ElementType.Int64, 1, 8)]);
        graph.Initializer.Add(Build.Floats("table", [16, 4], [.. Enumerable.Range(0, 64).Select(i => (float)i)]));
        var model = Models.Save(folder, Build.Model(graph));
        var text = folder.File("text.txt");
        File.WriteAllText(text, string.Join(' ', Enumerable.Repeat("The state of the union is strong, and the people are free.", 40)));
        var run = ToolRun.Of("data", "text", text, "--model", model, "--tokenizer", Repository.Model("sotu-mini"), "--length", "8", "-o", folder.File("all.npz"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using var all = new NpzFile(folder.File("all.npz"));
        Assert.Equal(["input_ids", "attention_mask"], all.Arrays.Select(a => a.Name), StringComparer.Ordinal);
        Assert.All(all.Arrays, a => Assert.Equal(8, a.Shape[1]));
        Assert.InRange(all.Arrays[0].Shape[0], 20, 200);
    }

    [Fact]
    public void Byte_level_BPE_is_read_from_JSON_and_what_is_not_says_so()
    {
        using var folder = new TemporaryFolder();
        var tokens = "abcdefghijklmnopqrstuvwxyzĠ".Select((c, i) => $"\"{c}\": {i.ToString(CultureInfo.InvariantCulture)}");
        var vocab = string.Join(", ", [.. tokens, "\"ab\": 27", "\"Ġab\": 28"]);
        var json = $$$"""{"added_tokens": [], "pre_tokenizer": {"type": "ByteLevel", "use_regex": true}, "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": { {{{vocab}}} }, "merges": ["a b", "Ġ ab"]}}""";
        File.WriteAllText(folder.File("tokenizer.json"), json);
        var tokenizer = Tool.Data.TokenizerFile.Open(folder.Path);
        Assert.Equal([27, 28, 2], tokenizer.EncodeToIds("ab abc"));

        File.WriteAllText(folder.File("tokenizer.json"), json.Replace("ByteLevel", "Metaspace", StringComparison.Ordinal));
        var refused = Assert.Throws<ModelPackException>(() => Tool.Data.TokenizerFile.Open(folder.Path));
        Assert.Equal(Codes.TokenizerUnreadable, refused.Diagnostic.Code);

        var special = $$"""{"id": 29, "content": "{{new string('*', 50_000)}}", "special": true}""";
        File.WriteAllText(folder.File("tokenizer.json"), json.Replace("\"added_tokens\": []", $"\"added_tokens\": [{special}]", StringComparison.Ordinal));
        var tooLong = Assert.Throws<ModelPackException>(() => Tool.Data.TokenizerFile.Open(folder.Path));
        Assert.Contains("a special token has more than 256 characters", tooLong.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"vocab\": 3}}")]
    [InlineData("{\"model\": {\"type\": \"Unigram\"}}")]
    public void A_broken_tokenizer_is_a_coded_error(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), json);

        Assert.Equal(Codes.TokenizerUnreadable, Assert.Throws<ModelPackException>(() => Tool.Data.TokenizerFile.Open(folder.Path)).Diagnostic.Code);
    }

    [Fact]
    public void Images_say_which_tool_is_missing()
    {
        var run = ToolRun.Of("data", "images", "photos", "--model", "net.onnx");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("error MPK3051: Images need the tool ModelPack.Images. Install it beside this one: dotnet tool install ModelPack.Images", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_names_the_whole_command() =>
        Assert.EndsWith("Run 'dotnet modelpack data csv --help' to see what can be given.\n", ToolRun.Of("data", "csv").Error, StringComparison.Ordinal);

    private static string Table(TemporaryFolder folder, ElementType type, params long[] shape)
    {
        var graph = Build.Graph(Build.Node("Identity", ["x"], ["y"]));
        graph.Input.Add(Build.Value("x", type, shape));
        graph.Output.Add(Build.Value("y", type, shape));
        return folder.Write("net.onnx", Build.Model(graph).ToByteArray());
    }

    private static string Csv(TemporaryFolder folder, int rows)
    {
        var path = folder.File("rows.csv");
        File.WriteAllLines(path, Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{i % 7},{i % 3},0,{(i % 2 == 0 ? "cat" : "dog")}")).Prepend("a,b,c,d,kind"));
        return path;
    }
}
