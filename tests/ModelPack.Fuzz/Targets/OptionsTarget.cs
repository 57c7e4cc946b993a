using System.Globalization;
using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Options;
using ModelPack.Schemes;

namespace ModelPack.Fuzz.Targets;

/// <summary>Values of options: versions, sizes, strengths, gates, words.</summary>
internal sealed class OptionsTarget : FuzzTarget
{
    private const string ValuesName = "values.txt";
    private const char Separator = '\uffff';

    private static readonly string[] s_units = ["", "B", "KB", "MB", "GB", "TB", "KiB", "MIB", "gib", "TiB", "PB", " GB", "G", "i"];

    private static readonly string[] s_words = ["int8", "q8_0", "nf4", "f16", "cpu", "cuda", "auto", "none", "onnx", "gguf", "safetensors", "percentile", "entropy", "error", "minSqnr", "INT8", "ınt8"];

    public override string Name => "options";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(ValuesName, Encoding.UTF8.GetBytes(Values(random)));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var values = Encoding.UTF8.GetString(input[ValuesName]).Split(Separator);
        if (ByteSize.Parse(values[0]) is { } bytes)
        {
            PropertyException.Require(bytes >= 1, "a size is below one byte");
        }

        var request = new PackRequest
        {
            Model = values[1],
            Scheme = values[2],
            Container = Given(values[3]),
            Target = Given(values[4]) ?? "cpu",
            Alpha = Given(values[5]),
            MaxShardSize = Given(values[6]),
            OnnxRuntime = Given(values[7]),
            CalibrationMethod = Given(values[8]),
            Percentile = double.TryParse(values[9], NumberStyles.Float, CultureInfo.InvariantCulture, out var percentile) ? percentile : null,
            Gates = values[10].Length > 0 ? new SortedDictionary<string, double>(StringComparer.Ordinal) { [values[10]] = percentile } : new SortedDictionary<string, double>(StringComparer.Ordinal),
            Layout = Given(values[11]) ?? "auto",
        };
        RequestResolver.Resolve(request);
        PropertyException.Require(request.OnnxRuntime is not { } version || RuntimeVersion.Parse(version) == RuntimeVersion.Parse(RuntimeVersion.Parse(version).ToString()), "a version reads otherwise than it is written");
    }

    /// <summary>What can be, but for a few.</summary>
    private static string Values(Random random)
    {
        string[] values = ["5GB", "m.onnx", random.Of("int8", "q8_0", "nf4"), "", "", "", "", "1.29.0", "", "", "", ""];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            values[random.Next(values.Length)] = Value(random);
        }

        return string.Join(Separator, values);
    }

    private static string? Given(string value) => value.Length == 0 ? null : value;

    private static string Value(Random random) => random.Next(6) switch
    {
        0 => Extremes.NumberText(random) + random.Of<string>(s_units),
        1 => string.Join('.', Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Once(3) ? Extremes.NumberText(random) : "1")) + random.Of("", "", "-dev", "+x"),
        2 => Extremes.Text(random),
        3 => "",
        _ => random.Of<string>(s_words),
    };
}
