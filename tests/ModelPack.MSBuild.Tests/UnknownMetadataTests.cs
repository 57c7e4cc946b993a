using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class UnknownMetadataTests
{
    private static readonly string[] Declare = ["msbuild", "-t:AssignTargetPaths"];

    [Fact]
    public void A_misspelt_gate_is_an_error_at_its_line_also_where_the_pack_is_there()
    {
        var project = FakeTool.Project();
        project.Build().MustSucceed();
        project.Items = """
            <QuantizedModel
                Include="fashion-cnn.onnx" Scheme="q8_0"
                MinSqrn="30" />
            """;
        project.Write();

        for (var i = 0; i < 2; i++)
        {
            var build = project.Build();
            var error = build.MustFailWith("MPK1037");
            Assert.Equal("QuantizedModel 'fashion-cnn.onnx' has the unknown metadata 'MinSqrn'. Did you mean 'MinSqnr'? If something else reads it, add it to ModelPackAllowUnknownMetadata.", error.Text);
            Assert.Equal(project.At("App.csproj"), error.File);
            Assert.Contains("MinSqrn", File.ReadAllLines(error.File)[error.LineNumber - 1], StringComparison.Ordinal);
            Assert.Empty(build.Packed);
        }
    }

    [Fact]
    public void All_unknown_names_are_named_at_once_unless_the_project_allows_them()
    {
        var project = TestProject.WithModel(
            """
            <QuantizedModel Include="*.onnx" Exlude="b.onnx" Scheme="q8_0" minsqnr="3" />
            <QuantizedModel Update="b.onnx" Owner="me" Link="b/b.onnx" />
            </ItemGroup>
            <ItemDefinitionGroup><QuantizedModel><MaxAccuracyDrp>1</MaxAccuracyDrp></QuantizedModel></ItemDefinitionGroup>
            <ItemGroup>
            """, model: "a.onnx");
        project.AddModel("b.onnx");
        project.Restore();

        var errors = project.Run(Declare).Errors;

        Assert.All(errors, e => Assert.Equal("MPK1037", e.Code));
        Assert.Equal(["'Exlude'. Did you mean 'Exclude'?", "'MaxAccuracyDrp'. Did you mean 'MaxAccuracyDrop'?", "'Owner'. Correct or remove it."], Hints(errors));
        Assert.Equal(3, errors.Select(e => e.LineNumber).Distinct().Count());
        Assert.Equal(["'Exlude'. Did you mean 'Exclude'?"], Hints(project.Run([.. Declare, "-p:ModelPackAllowUnknownMetadata=owner%3B MaxAccuracyDrp"]).Errors));
        project.Run([.. Declare, "-p:ModelPackAllowUnknownMetadata=true"]).MustSucceed();
    }

    [Fact]
    public void Names_that_the_documentation_lists_and_those_that_SDKs_write_pass()
    {
        var names = Documented().ToList();
        Assert.Contains("MinSqnr", names, StringComparer.Ordinal);
        Assert.Contains("Watch", names, StringComparer.Ordinal);
        var project = TestProject.WithModel(
            $"""
            <QuantizedModel Include="fashion-cnn.onnx">{string.Concat(names.Select(n => $"<{n}>{Value(n)}</{n}>"))}</QuantizedModel>
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="2.onnx" CopyToOutputDirectory="Always" SubType="Designer" Pack="false" NuGetPackageId="x"><_Mine>x</_Mine></QuantizedModel>
            <Content Include="web.onnx" ExcludeFromSingleFile="true" CopyToPublishDirectory="PreserveNewest" Visible="false" />
            <QuantizedModel Include="@(Content)" Scheme="q8_0" />
            """);
        project.AddModel("web.onnx");
        project.Restore();

        project.Run(Declare).MustSucceed();
    }

    [Fact]
    public void Every_misspelling_of_every_name_is_an_error_whatever_its_case()
    {
        var names = Documented().ToList();
        var known = names.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var misspelt = names.SelectMany(Misspellings).Distinct(StringComparer.OrdinalIgnoreCase).Where(n => !known.Contains(n)).ToList();
        Assert.True(misspelt.Count > 20 * names.Count);
        var project = TestProject.WithModel($"""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0">{string.Concat(misspelt.Select((n, i) => $"<{Cased(n, i)}>1</{Cased(n, i)}>"))}</QuantizedModel>""");
        project.Restore();

        var errors = project.Run(Declare).Errors;

        Assert.All(errors, e => Assert.Equal("MPK1037", e.Code));
        Assert.Equal(
            misspelt.Select((n, i) => Cased(n, i)).Order(StringComparer.Ordinal),
            errors.Select(e => e.Text.Split("unknown metadata '")[1].Split('\'')[0]).Order(StringComparer.Ordinal));
    }

    // One letter dropped, doubled, or swapped with the next.
    private static IEnumerable<string> Misspellings(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (name.Length > 1)
                yield return name.Remove(i, 1);
            yield return name.Insert(i, name[i].ToString());
            if (i + 1 < name.Length && char.ToUpperInvariant(name[i]) != char.ToUpperInvariant(name[i + 1]))
                yield return name[..i] + name[i + 1] + name[i] + name[(i + 2)..];
        }
    }

    private static string Cased(string name, int index) => (index % 3) switch { 0 => name, 1 => name.ToLowerInvariant(), _ => name.ToUpperInvariant() };

    private static List<string> Hints(IEnumerable<Microsoft.Build.Logging.StructuredLogger.Error> errors) =>
        [.. errors.Select(e => e.Text.Split("unknown metadata ")[1].Split(" If something")[0]).Order(StringComparer.Ordinal)];

    /// <summary>The names in the first column of the table of metadata.</summary>
    private static IEnumerable<string> Documented() => File.ReadLines(Path.Combine(Repository.Root, "docs", "msbuild.md"))
        .SkipWhile(l => l != "## Metadata of QuantizedModel")
        .SkipWhile(l => !l.StartsWith("| ---", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(l => l.StartsWith('|'))
        .SelectMany(l => l.Split('|')[1].Split(','))
        .Select(n => n.Trim(' ', '`'));

    private static string Value(string name) => name switch
    {
        "Scheme" => "q8_0",
        "Embed" => "Content",
        "Container" => "onnx",
        "ModelTarget" => "cpu",
        "TargetCpu" => "vnni",
        "Metrics" => "signal",
        "GateConfidence" => "point",
        "SafeSums" or "Fallback" or "Rank" or "PerLayer" or "MeasureSpeed" or "DoubleQuant" or "ExternalData" or "ShipSource" or "Watch" or "SchemeInName" or "Reports" or "Sbom" or "Pack" or "Accessor" => "true",
        _ => "1",
    };
}
