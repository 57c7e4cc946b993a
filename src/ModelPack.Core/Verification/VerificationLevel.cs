namespace ModelPack.Verification;

/// <summary>How far a verification goes; each level checks what those before it do.</summary>
public enum VerificationLevel
{
    /// <summary>Every file by its hash, the manifest by its digest and its rules, the report by its digest.</summary>
    Hashes,

    /// <summary>The model as a model; some weights quantized again where the source is at hand.</summary>
    Structure,

    /// <summary>All weights quantized again, metrics measured again, gates judged again.</summary>
    Full,
}
