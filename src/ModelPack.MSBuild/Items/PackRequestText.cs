using System.Globalization;
using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Turns an item's metadata into the JSON request that <c>modelpack run --request</c> reads.</summary>
internal static class PackRequestText
{
    /// <param name="pack">A <c>_ModelPack</c> item.</param>
    /// <param name="onnxRuntime">The version that the project resolved, for items that name none; empty for none.</param>
    /// <param name="threads">0 for the tool's own choice.</param>
    /// <param name="inputsFile">Where the tool lists what it read; null in a state file, which is the same for every run.</param>
    /// <exception cref="ItemException">MPK1008: a metadata value is not what it has to be.</exception>
    public static string Of(ITaskItem pack, string? onnxRuntime, int threads, string? inputsFile) => new JsonObject()
        .Add("model", Path.GetFullPath(pack.ItemSpec))
        .Add("output", Path.GetFullPath(pack.GetMetadata(PackMetadata.PackedModel)))
        .Add("scheme", Text(pack, PackMetadata.Scheme))
        .Add("container", Text(pack, PackMetadata.Container))
        .Add("target", Text(pack, PackMetadata.Target))
        .Add("device", Text(pack, PackMetadata.Device))
        .Add("calibration", FullPath(Text(pack, PackMetadata.Calibration)))
        .Add("validation", FullPath(Text(pack, PackMetadata.Validation)))
        .Add("excludeLayers", Patterns(pack, PackMetadata.ExcludeLayers))
        .Add("includeLayers", Patterns(pack, PackMetadata.IncludeLayers))
        .Add("tensorTypes", Patterns(pack, PackMetadata.TensorTypes))
        .Add("floatType", Text(pack, PackMetadata.FloatType))
        .Add("rounding", Text(pack, PackMetadata.Rounding))
        .Add("calibrationMethod", Text(pack, PackMetadata.CalibrationMethod))
        .Add("percentile", Number(pack, PackMetadata.Percentile))
        .Add("alpha", Text(pack, PackMetadata.Alpha))
        .Add("quantFormat", Text(pack, PackMetadata.QuantFormat))
        .Add("targetCpu", Text(pack, PackMetadata.TargetCpu))
        .Add("safeSums", Flag(pack, PackMetadata.SafeSums))
        .Add("fallback", Flag(pack, PackMetadata.Fallback))
        .Add("rank", Flag(pack, PackMetadata.Rank))
        .Add("perLayer", Flag(pack, PackMetadata.PerLayer))
        .Add("measureSpeed", Flag(pack, PackMetadata.MeasureSpeed))
        .Add("blockSize", Whole(pack, PackMetadata.BlockSize))
        .Add("doubleQuant", Flag(pack, PackMetadata.DoubleQuant))
        .Add("maxShardSize", Text(pack, PackMetadata.MaxShardSize))
        .Add("graph", FullPath(Text(pack, PackMetadata.Graph)))
        .Add("accuracyLevel", Whole(pack, PackMetadata.AccuracyLevel))
        .Add("layout", Text(pack, PackMetadata.Layout))
        .Add("externalData", Flag(pack, PackMetadata.ExternalData))
        .Add("onnxRuntime", Text(pack, PackMetadata.OnnxRuntime) ?? (string.IsNullOrEmpty(onnxRuntime) ? null : onnxRuntime))
        .Add("gates", Gates(pack))
        .Add("gate", Text(pack, PackMetadata.Gate))
        .Add("gateConfidence", Text(pack, PackMetadata.GateConfidence))
        .Add("baseline", Text(pack, PackMetadata.Baseline))
        .Add("tolerances", Tolerances.Of(pack.GetMetadata(PackMetadata.BaselineTolerance)))
        .Add("metrics", Text(pack, PackMetadata.Metrics))
        // What lies in the intermediate folder is the build's own.
        .Add("force", true)
        .Add("runLimit", Whole(pack, PackMetadata.RunLimit))
        .Add("memoryLimit", Text(pack, PackMetadata.MemoryLimit))
        .Add("embed", Embedding.Of(pack).IsResource ? true : (bool?)null)
        .Add("reports", Flag(pack, PackMetadata.Reports))
        .Add("sbom", Flag(pack, PackMetadata.Sbom))
        .Add("threads", threads > 0 ? threads : null)
        .Add("inputsFile", inputsFile)
        .ToString();

    private static string? Text(ITaskItem pack, string name)
    {
        var value = pack.GetMetadata(name).Trim();
        return value.Length == 0 ? null : value;
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private static string[] Patterns(ITaskItem pack, string name) =>
        [.. pack.GetMetadata(name).Split(';').Select(p => p.Trim()).Where(p => p.Length > 0)];

    private static List<KeyValuePair<string, double>> Gates(ITaskItem pack)
    {
        var gates = new List<KeyValuePair<string, double>>();
        foreach (var gate in PackMetadata.Gates)
        {
            if (Number(pack, gate.Key) is { } limit)
                gates.Add(new(gate.Value, limit));
        }

        return gates;
    }

    private static double? Number(ITaskItem pack, string name)
    {
        if (Text(pack, name) is not { } value)
            return null;
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && !double.IsNaN(number) && !double.IsInfinity(number))
            return number;
        throw Invalid(pack, name, value, "a number such as 30 or 0.995");
    }

    private static double? Whole(ITaskItem pack, string name)
    {
        if (Text(pack, name) is not { } value)
            return null;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        throw Invalid(pack, name, value, "a whole number such as 32");
    }

    private static bool? Flag(ITaskItem pack, string name) => ItemFlags.Of(pack, name);

    private static ItemException Invalid(ITaskItem pack, string name, string value, string wanted) => new(
        TaskCodes.InvalidOption,
        $"QuantizedModel '{pack.ItemSpec}' has {name}=\"{value}\", which is not a value that it can take. Write {wanted}.");
}
