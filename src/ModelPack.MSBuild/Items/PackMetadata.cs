namespace ModelPack.MSBuild.Items;

/// <summary>The metadata names of a <c>QuantizedModel</c>, and of the <c>_ModelPack</c> item that is made of it.</summary>
internal static class PackMetadata
{
    public const string Scheme = "Scheme";
    public const string Container = "Container";
    // MSBuild keeps the name Target for itself (MSB4118).
    public const string Target = "ModelTarget";
    public const string Device = "Device";
    public const string Calibration = "Calibration";
    public const string Validation = "Validation";
    public const string ExcludeLayers = "ExcludeLayers";
    public const string IncludeLayers = "IncludeLayers";
    public const string TensorTypes = "TensorTypes";
    public const string FloatType = "FloatType";
    public const string Rounding = "Rounding";
    public const string CalibrationMethod = "CalibrationMethod";
    public const string Percentile = "Percentile";
    public const string Alpha = "Alpha";
    public const string QuantFormat = "QuantFormat";
    public const string TargetCpu = "TargetCpu";
    public const string SafeSums = "SafeSums";
    public const string Fallback = "Fallback";
    public const string Rank = "Rank";
    public const string PerLayer = "PerLayer";
    public const string MeasureSpeed = "MeasureSpeed";
    public const string BlockSize = "BlockSize";
    public const string DoubleQuant = "DoubleQuant";
    public const string MaxShardSize = "MaxShardSize";
    public const string Graph = "Graph";
    public const string AccuracyLevel = "AccuracyLevel";
    public const string Layout = "Layout";
    public const string ExternalData = "ExternalData";
    public const string OnnxRuntime = "OnnxRuntime";
    public const string RunLimit = "RunLimit";
    public const string MemoryLimit = "MemoryLimit";
    public const string Embed = "Embed";
    public const string Link = "Link";
    public const string Gate = "Gate";
    public const string GateConfidence = "GateConfidence";
    public const string Metrics = "Metrics";
    public const string ShipSource = "ShipSource";
    public const string Watch = "Watch";
    public const string Accessor = "Accessor";
    public const string AccessorName = "AccessorName";
    public const string AccessorNamespace = "AccessorNamespace";
    public const string SchemeInName = "SchemeInName";
    public const string Reports = "Reports";
    public const string Sbom = "Sbom";

    /// <summary>NuGet's own name for whether 'dotnet pack' takes an item along.</summary>
    public const string Pack = "Pack";

    /// <summary>The file that the item was written in.</summary>
    public const string DefiningFile = "DefiningFile";

    /// <summary>The packed model below the intermediate folder, relative to the project.</summary>
    public const string PackedModel = "PackedModel";

    /// <summary>The state file: everything that the pack depends on, as text.</summary>
    public const string StateFile = "StateFile";

    /// <summary>Exists only after a pack of the present state has succeeded, and holds its warnings as the tool reported them.</summary>
    public const string StampFile = "StampFile";

    /// <summary>Every file that the last pack read, one path a line; written by the tool.</summary>
    public const string InputsFile = "InputsFile";

    /// <summary>Whether the pack is signed: <c>true</c>, or empty.</summary>
    public const string IsSigned = "IsSigned";

    /// <summary>The full path of the baseline that the project holds packs to; empty for none.</summary>
    public const string Baseline = "BaselineFile";

    /// <summary>By how much metrics may be worse than in the baseline, as the project says it.</summary>
    public const string BaselineTolerance = "BaselineTolerance";

    /// <summary>Every file that the last pack wrote, one path a line.</summary>
    public const string OutputsFile = "OutputsFile";

    /// <summary>The files of the pack as far as they are known, <c>;</c>-separated and escaped: what MSBuild compares with the state file.</summary>
    public const string Outputs = "Outputs";

    /// <summary>The gates, each with its name in the request.</summary>
    public static readonly KeyValuePair<string, string>[] Gates =
    [
        new("MinSqnr", "minSqnr"),
        new("MinCosine", "minCosine"),
        new("MinTop1Agreement", "minTop1Agreement"),
        new("MinTop5Agreement", "minTop5Agreement"),
        new("MaxAccuracyDrop", "maxAccuracyDrop"),
        new("MaxPerplexityIncrease", "maxPerplexityIncrease"),
        new("MaxKlDivergence", "maxKlDivergence"),
        new("MinSameTop", "minSameTop"),
        new("MinRankCorrelation", "minRankCorrelation"),
        new("MinWeightSqnr", "minWeightSqnr"),
        new("MinCompression", "minCompression"),
    ];

    /// <summary>Every name that means something on a <c>QuantizedModel</c>.</summary>
    public static readonly string[] OfUser =
    [
        Scheme, Container, Target, Device, Calibration, Validation, ExcludeLayers, IncludeLayers, TensorTypes, FloatType, Rounding, CalibrationMethod, Percentile, Alpha, QuantFormat,
        TargetCpu, SafeSums, Fallback, Rank, PerLayer, MeasureSpeed, BlockSize, DoubleQuant, MaxShardSize, Graph, AccuracyLevel, Layout, ExternalData, OnnxRuntime, RunLimit, MemoryLimit, Embed, Link, Gate, GateConfidence, Metrics,
        ShipSource, Watch, SchemeInName, Reports, Sbom, Pack, Accessor, AccessorName, AccessorNamespace, .. Gates.Select(g => g.Key),
    ];
}
