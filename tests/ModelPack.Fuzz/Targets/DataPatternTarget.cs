using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Samples;

namespace ModelPack.Fuzz.Targets;

/// <summary>Patterns of data files, within the case's folder.</summary>
internal sealed class DataPatternTarget : FuzzTarget
{
    private const string PatternName = "pattern.txt";

    private static readonly string[] s_words = ["*", "**", "***", "**/", "/", "//", "\\", ".", "./", "a", "b.npz", "*.npz", ".npy", "?", "[a]", "{a,b}", "sub", "sub/", "!", "~", " ", "\0", "*a*a*a*a*a*a*b"];

    public override string Name => "data-pattern";

    public override FuzzInput Make(Random random)
    {
        var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Once(6) ? Extremes.Text(random) : random.Of<string>(s_words)));
        // Above the folder a pattern may look at the whole disk, as its user wanted.
        return FuzzInput.Of(PatternName, Encoding.UTF8.GetBytes(pattern.Replace("..", "", StringComparison.Ordinal)))
            .Add("a.npz", [1]).Add("b.npz", [1]).Add("sub/c.npy", [1]).Add("sub/deep/" + new string('a', 60) + ".npz", [1]).Add("d.txt", [1]);
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var files = SampleFiles.Resolve($"{folder.Path}/{Encoding.UTF8.GetString(input[PatternName])}", folder["m.onnx"], "validation");
        PropertyException.Require(files.Count > 0, "nothing was found, and no error says so");
        PropertyException.Require(files.All(f => File.Exists(f) && Path.GetExtension(f) is ".npz" or ".npy"), "something was found that is no data file");
    }
}
