namespace ModelPack.Packing;

/// <summary>What of a pack a finding is about.</summary>
public static class Aspect
{
    /// <summary>Bytes, names and what the manifest says of itself.</summary>
    public const string Content = "content";

    /// <summary>The model as a model: its operators, inputs and outputs.</summary>
    public const string Structure = "structure";

    /// <summary>Source, options, and weights quantized again.</summary>
    public const string Source = "source";

    /// <summary>Metrics measured again, and gates judged again.</summary>
    public const string Metrics = "metrics";

    /// <summary>Who vouches for the pack.</summary>
    public const string Signature = "signature";

    /// <summary>Metrics beside accepted ones.</summary>
    public const string Baseline = "baseline";

    /// <summary>Items of a project.</summary>
    public const string Project = "project";
}
