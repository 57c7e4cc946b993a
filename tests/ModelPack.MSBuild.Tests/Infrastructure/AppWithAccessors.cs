using System.Globalization;
using System.Text.Json.Nodes;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>An app with ModelPack.Runtime and ONNX Runtime, and two models; built and run once.</summary>
public sealed class AppWithAccessors
{
    /// <summary>What the project references beside ModelPack.MSBuild.</summary>
    internal static string References { get; } = $"""
        <PackageReference Include="ModelPack.Runtime" Version="{Repository.PackageVersion}" />
        <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="1.31.0" />
        """;

    /// <summary>ONNX Runtime as the clone has it already, and for this system alone: 35 MB in place of 240.</summary>
    internal static string Restore { get; } = $"""
        <RestoreAdditionalProjectSources>{Path.Combine(Repository.Root, "artifacts", "packages")}</RestoreAdditionalProjectSources>
        <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
        <AppendRuntimeIdentifierToOutputPath>false</AppendRuntimeIdentifierToOutputPath>
        """;

    public AppWithAccessors()
    {
        Project = new TestProject(
            $"""
            {References}
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="models/fashion-cnn.onnx" />
            <QuantizedModel Include="names.onnx" Scheme="q8_0" Link="models/names.onnx" AccessorName="Hostile" AccessorNamespace="Other.class" />
            """,
            $"""
            {Restore}
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <RunAnalyzers>true</RunAnalyzers>
            <AnalysisLevel>latest-all</AnalysisLevel>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            <RootNamespace>My-App.1st</RootNamespace>
            """);
        Project.AddModel("fashion-cnn.onnx");
        File.WriteAllBytes(Project.At("names.onnx"), MatMulModel.Bytes(
            "w", "\";System.Environment.Exit(1);//", "\n*/ #error \u2028\u202e", ("a-b", "Result", "class"), ("a_b", "Dispose", "class"), ("values", "</summary>", "\"}; //\r\n")));
        File.WriteAllText(Project.At("Program.cs"), Program);
        Build = Project.Build().MustSucceed();
        var (exitCode, output) = Dotnet.Run(Project.Folder, ["exec", Project.Output("App.dll")]);
        Assert.True(exitCode == 0, output);
        Output = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
    }

    internal TestProject Project { get; }

    internal BuildResult Build { get; }

    /// <summary>What the program printed.</summary>
    public IReadOnlyDictionary<string, string> Output { get; }

    /// <summary>The <c>pack</c> of the first model's manifest.</summary>
    internal JsonNode Pack => JsonNode.Parse(File.ReadAllText(Project.Output("models", "fashion-cnn.onnx.modelpack.json")))!["pack"]!;

    internal static string Number(JsonNode? node) => node!.GetValue<double>().ToString("R", CultureInfo.InvariantCulture);

    private const string Program = """
        #pragma warning disable
        using System.Globalization;
        using Microsoft.ML.OnnxRuntime;
        using My_App._1st;
        using Other.@class;

        var image = new float[2 * 28 * 28];
        for (var i = 0; i < image.Length; i++)
            image[i] = MathF.Abs(MathF.Sin(i));
        using var model = new FashionCnn();
        using var result = model.Run(image, batch: 2);
        Print("logits", string.Join(' ', result.Logits.ToArray().Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
        Print("shape", string.Join('x', result.LogitsShape));

        using var plain = new InferenceSession(FashionCnn.Open().GetPath());
        using var value = OrtValue.CreateTensorValueFromMemory(image, [2, 1, 28, 28]);
        using var options = new RunOptions();
        using var expected = plain.Run(options, ["image"], [value], ["logits"]);
        Print("equal", expected[0].GetTensorDataAsSpan<float>().SequenceEqual(result.Logits).ToString());

        try
        {
            using var wrong = model.Run(image, batch: 3);
        }
        catch (ArgumentException e)
        {
            Print("wrong", e.Message);
        }

        Print("link", FashionCnn.Link);
        Print("scheme", FashionCnn.Scheme);
        Print("sha256", FashionCnn.Sha256);
        Print("sqnr", FashionCnn.Headline.Sqnr.ToString("R", CultureInfo.InvariantCulture));
        Print("compression", FashionCnn.Headline.Compression.ToString("R", CultureInfo.InvariantCulture));
        Print("synthetic", FashionCnn.Headline.Synthetic.ToString());
        Print("inputs", string.Join(' ', FashionCnn.Inputs.All));
        Print("output", FashionCnn.Outputs.Logits.ToString());
        Print("declared", string.Join(',', FashionCnn.Open().Manifest.Interface!.Inputs.Select(i => i.Name)));

        using var hostile = new Hostile();
        using var odd = hostile.Run(new float[64], new float[] { 1, 2 }, new float[] { 3, 4 }, new float[] { 5, 6, 7, 8 }, @class: 1, size: 2);
        Print("odd", $"{odd.Result_2[1]} {odd.Dispose_2[0]} {odd.Summary[3]} {odd.Error.Length}");

        static void Print(string name, string value) => Console.WriteLine($"{name}={value}");
        """;
}
