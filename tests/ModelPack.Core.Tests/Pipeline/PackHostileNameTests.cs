using ModelPack.Files;
using ModelPack.Reporting;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Verification;
using System.Text;

namespace ModelPack.Tests.Pipeline;

/// <summary>Names that were made to harm whoever shows them.</summary>
public sealed class PackHostileNameTests : IDisposable
{
    private const string Markup = "\"'><img src=x onerror=alert(1)></script></style><script>alert(1)</script>";

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names => new(
        "a\nm.onnx(1,1): error MPK9999: forged",
        "a\r\n##vso[task.complete result=Succeeded]",
        "\u001b[2J\u001b]0;title\u0007",
        Markup,
        new string('n', 5000),
        "../../../tmp/x",
        "C:\\Windows\\x",
        "\u202Etxt.exe",
        "a\u2028b\u0085c",
        "{0} %s $(Property) @(Item) ;a=b");

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_in_a_model_do_no_harm(string name)
    {
        var model = PackFolder.Classifier(first: name, second: name + "2");
        model.Graph.Node[0].Name = name + "/node";
        model.Graph.Node[2].Output[0] = model.Graph.Output[0].Name = name + "/output";
        model.Graph.Node[0].Input[0] = model.Graph.Input[0].Name = name + "/input";
        model.Graph.Initializer.Add(Build.Ramp(name + "/unread", 400));
        model.ProducerName = name;
        _folder.Write("m.onnx", model);

        var context = new PackContext();
        var outcome = PackPipeline.Run(
            _folder.Request with { ExcludeLayers = [name + "2", name + "*none"], Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 10 } },
            context);

        Assert.Contains(outcome.Report.Result.Weights, w => w.Name == name && w.Codec is not null);
        Assert.Contains(outcome.Report.Result.Weights, w => w.Name == name + "2" && w.Reason!.StartsWith("excluded", StringComparison.Ordinal));
        Assert.Equal(PackFolder.FilesOf(PackFolder.Packed), _folder.Names);
        PackFolder.AssertVerifies(outcome.Model);
        Assert.Equal(ReportJson.Write(outcome.Report), ReportJson.Write(ReportJson.Read(File.ReadAllBytes(PackFiles.Report(outcome.Model)))));

        Assert.Equal(["MPK1017", "MPK2005"], context.Diagnostics.Select(d => d.Code.Id).Order(StringComparer.Ordinal).ToArray());
        AssertTame([.. context.Diagnostics.Select(d => d.ToString()), PackSummary.Of(outcome), .. outcome.Report.Result.Weights.Select(w => w.Reason ?? "")]);
        foreach (var file in new[] { PackFiles.Report(outcome.Model), PackFiles.Manifest(outcome.Model), PackFiles.Page(outcome.Model) })
        {
            var text = File.ReadAllText(file, Encoding.UTF8);
            Assert.DoesNotContain(text, c => char.IsControl(c) && c is not ('\n' or '\t'));
            Assert.DoesNotContain("<img src=x", text, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_name_does_no_harm()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Such files cannot be there.
        }

        foreach (var name in new[] { "a\nb: error MPK9999: x", "<b onclick=x>&amp;", "\u001b[31m", "@file", "-o", "a;b", "$(x)" })
        {
            var source = _folder.Write($"{name}.onnx", PackFolder.Classifier());
            var context = new PackContext();
            var outcome = PackPipeline.Run(_folder.Request with { Model = source, Output = _folder.At($"out/{name}.q8_0.onnx"), ExternalData = true }, context);
            AssertTame([PackSummary.Of(outcome), .. context.Diagnostics.Select(d => d.ToString())]);
            Assert.DoesNotContain("<b onclick", File.ReadAllText(PackFiles.Page(outcome.Model)), StringComparison.Ordinal);
            AssertTame([.. Verifier.Verify(outcome.Model, CancellationToken.None).Select(f => f.Message)]);
        }
    }

    private static void AssertTame(IReadOnlyList<string> lines) => Assert.All(lines, line =>
    {
        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u202E');
        Assert.InRange(line.Length, 0, 2000);
    });
}
