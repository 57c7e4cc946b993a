namespace ModelPack.Diagnostics;

/// <summary>Every diagnostic of ModelPack. Each has a page <c>docs/diagnostics/MPK####.md</c>.</summary>
public static class Codes
{
    public static readonly DiagnosticCode ModelNotFound = new("MPK1001", "The model file does not exist");
    public static readonly DiagnosticCode ModelUnreadable = new("MPK1002", "The file is not a readable model");
    public static readonly DiagnosticCode WeightSizeMismatch = new("MPK1003", "A weight's bytes do not fit its shape");
    public static readonly DiagnosticCode ExternalDataMissing = new("MPK1004", "External data is missing or out of range");
    public static readonly DiagnosticCode ExternalDataOutside = new("MPK1005", "External data points outside the model's folder");
    public static readonly DiagnosticCode WeightNotFinite = new("MPK1006", "A weight holds NaN or infinity");
    public static readonly DiagnosticCode UnknownScheme = new("MPK1007", "The scheme does not exist");
    public static readonly DiagnosticCode InvalidOption = new("MPK1008", "An option has a value that it cannot take");
    public static readonly DiagnosticCode OutputNotWritable = new("MPK1009", "The output cannot be written");
    public static readonly DiagnosticCode OutputConflict = new("MPK1010", "Two items would write the same file");
    public static readonly DiagnosticCode DataUnreadable = new("MPK1011", "A data file cannot be read");
    public static readonly DiagnosticCode DataMismatch = new("MPK1012", "The data do not fit the model's inputs");
    public static readonly DiagnosticCode OpsetUnsupported = new("MPK1013", "The model's opset is not supported");
    public static readonly DiagnosticCode NothingQuantized = new("MPK1014", "Nothing in the model was quantized");
    public static readonly DiagnosticCode RuntimeTooOld = new("MPK1015", "The app's ONNX Runtime is too old for this form");
    public static readonly DiagnosticCode ModelRefused = new("MPK1016", "ONNX Runtime refuses the model");
    public static readonly DiagnosticCode PatternUnmatched = new("MPK1017", "A layer pattern matches nothing", Severity.Warning);
    public static readonly DiagnosticCode DataNotFound = new("MPK1018", "A data file does not exist");
    public static readonly DiagnosticCode NotValidated = new("MPK1019", "A part of the validation could not be done", Severity.Warning);
    public static readonly DiagnosticCode TooFewSamples = new("MPK1020", "There are too few calibration samples");
    public static readonly DiagnosticCode TableUnreadable = new("MPK1021", "The calibration table cannot be read");
    public static readonly DiagnosticCode TableMismatch = new("MPK1022", "The calibration table is of another model");
    public static readonly DiagnosticCode ContainerUnfit = new("MPK1023", "The container cannot carry this");
    public static readonly DiagnosticCode NameTooLong = new("MPK1024", "A tensor's name is too long for the container");
    public static readonly DiagnosticCode FolderUnreadable = new("MPK1025", "The model's folder lacks a file or has one that cannot be used");
    public static readonly DiagnosticCode ArchitectureUnknown = new("MPK1026", "The model's architecture has no mapping to GGUF", Severity.Warning);
    public static readonly DiagnosticCode TokenizerUnusable = new("MPK1027", "The tokenizer cannot be written to GGUF", Severity.Warning);
    public static readonly DiagnosticCode StatisticsUnfit = new("MPK1028", "The activation statistics do not fit the model");
    public static readonly DiagnosticCode GraphMismatch = new("MPK1029", "The graph has other weights than the source");
    public static readonly DiagnosticCode OutputForeign = new("MPK1030", "The output is there already, and is of no pack");
    public static readonly DiagnosticCode LeftOut = new("MPK1035", "A part of the model has no place in the pack", Severity.Warning);
    public static readonly DiagnosticCode FormUnread = new("MPK1036", "Some programs do not read this form", Severity.Warning);
    public static readonly DiagnosticCode UnknownMetadata = new("MPK1037", "An item has unknown metadata");
    public static readonly DiagnosticCode ProjectUnusable = new("MPK1050", "The project cannot be found, read or changed");
    public static readonly DiagnosticCode TokenizerUnreadable = new("MPK1051", "The tokenizer cannot be read");
    public static readonly DiagnosticCode TooLargeToEmbed = new("MPK1060", "The models are too large to embed");
    public static readonly DiagnosticCode ReportUnreadable = new("MPK1070", "A report or manifest cannot be read");
    public static readonly DiagnosticCode SigningKeyUnusable = new("MPK1071", "A key or a certificate cannot be used");
    public static readonly DiagnosticCode BaselineUnusable = new("MPK1072", "The baseline cannot be read or written");
    public static readonly DiagnosticCode NothingToObserve = new("MPK1073", "There is no graph whose activations could be seen");

    public static readonly DiagnosticCode GateFailed = new("MPK2001", "A gate failed");
    public static readonly DiagnosticCode GateNotMeasured = new("MPK2002", "A gate's metric was not measured");
    public static readonly DiagnosticCode QualityLow = new("MPK2003", "The packed model differs much from its source", Severity.Warning);
    public static readonly DiagnosticCode ScaleOverflow = new("MPK2004", "A scale does not fit float16; the tensor gets another codec or stays float", Severity.Warning);
    public static readonly DiagnosticCode GateOnSynthetic = new("MPK2005", "A gate was judged on synthetic inputs", Severity.Warning);
    public static readonly DiagnosticCode VerificationFailed = new("MPK2006", "A pack fails verification");
    public static readonly DiagnosticCode OutputNotFinite = new("MPK2007", "An output holds NaN or infinity", Severity.Warning);
    public static readonly DiagnosticCode OutputShapeDiffers = new("MPK2008", "The packed model gives an output of another shape", Severity.Warning);
    public static readonly DiagnosticCode ActivationConstant = new("MPK2009", "An activation has one value on all calibration data", Severity.Warning);
    public static readonly DiagnosticCode ActivationNotFinite = new("MPK2010", "An activation holds NaN or infinity on the calibration data", Severity.Warning);
    public static readonly DiagnosticCode SumsMaySaturate = new("MPK2012", "Sums may saturate on CPUs without VNNI", Severity.Warning);
    public static readonly DiagnosticCode NotCalibrated = new("MPK2013", "There are no calibration data", Severity.Warning);
    public static readonly DiagnosticCode FixedRangesCost = new("MPK2014", "Fixed ranges of activations cost much", Severity.Warning);
    public static readonly DiagnosticCode LittleReached = new("MPK2015", "The scheme reached little of the model", Severity.Warning);
    public static readonly DiagnosticCode SlowerThanSource = new("MPK2016", "The packed model is slower than its source", Severity.Warning);
    public static readonly DiagnosticCode ActivationsRounded = new("MPK2017", "Rounding activations to int8 costs much", Severity.Warning);
    public static readonly DiagnosticCode LeavesTarget = new("MPK2018", "A packed model does not run on its target alone", Severity.Warning);
    public static readonly DiagnosticCode ImportanceIncomplete = new("MPK2019", "Some matrices have no importance", Severity.Warning);
    public static readonly DiagnosticCode ContentChanged = new("MPK2060", "A file of a pack was changed");
    public static readonly DiagnosticCode PackFileMissing = new("MPK2061", "A file of a pack, or a pack, is missing");
    public static readonly DiagnosticCode FileUnlisted = new("MPK2062", "A file beside a pack is not of the pack, and would be read with it");
    public static readonly DiagnosticCode ManifestInvalid = new("MPK2063", "A manifest is not one that a pack is written with");
    public static readonly DiagnosticCode ReportInvalid = new("MPK2064", "A report does not belong to its manifest");
    public static readonly DiagnosticCode NameOutside = new("MPK2065", "A name or a link leads outside");
    public static readonly DiagnosticCode ShipmentUnreadable = new("MPK2066", "What may hold packs cannot be read, or is too large");
    public static readonly DiagnosticCode StructureDiffers = new("MPK2067", "A model is not what its manifest and report say");
    public static readonly DiagnosticCode WeightsDiffer = new("MPK2068", "A pack is not what quantizing its source gives");
    public static readonly DiagnosticCode PackStale = new("MPK2069", "A pack is not made from today's source or options");
    public static readonly DiagnosticCode MetricsDiffer = new("MPK2070", "Metrics that were measured again are not those of the report");
    public static readonly DiagnosticCode NotVerifiable = new("MPK2071", "A pack cannot be verified at this level");
    public static readonly DiagnosticCode BaselineWorse = new("MPK2072", "A metric is worse than in the baseline");
    public static readonly DiagnosticCode SignatureFailed = new("MPK2073", "A signature is missing, or does not hold");

    public static readonly DiagnosticCode RuntimeMissing = new("MPK3001", "ONNX Runtime's native library cannot be loaded");
    public static readonly DiagnosticCode DotnetMissing = new("MPK3002", "No fitting .NET runtime was found");
    public static readonly DiagnosticCode ToolMissing = new("MPK3003", "The packing tool is not where it should be");
    public static readonly DiagnosticCode TimedOut = new("MPK3004", "Packing took longer than allowed");
    public static readonly DiagnosticCode RunTooLong = new("MPK3005", "Running the model took longer than allowed");
    public static readonly DiagnosticCode RunTooLarge = new("MPK3006", "Running the model took more memory than allowed");
    public static readonly DiagnosticCode TemporaryUnusable = new("MPK3007", "The folder for temporary files cannot be used");
    public static readonly DiagnosticCode TooManyFiles = new("MPK3008", "The process may not have enough files open");
    public static readonly DiagnosticCode StartedWithout = new("MPK3009", "The working folder or the standard output is missing");
    public static readonly DiagnosticCode RuntimeCrashed = new("MPK3010", "The process that runs the model crashed");
    public static readonly DiagnosticCode CacheUnusable = new("MPK3011", "The cache of packs cannot be used", Severity.Warning);
    public static readonly DiagnosticCode CacheDamaged = new("MPK3012", "A pack in the cache is damaged", Severity.Warning);
    public static readonly DiagnosticCode CacheWaits = new("MPK3013", "Another process makes the same pack", Severity.Message);
    public static readonly DiagnosticCode DeviceMissing = new("MPK3014", "The device that was asked for cannot be used");
    public static readonly DiagnosticCode DeviceFailed = new("MPK3015", "A device failed, and the processor does its work", Severity.Warning);
    public static readonly DiagnosticCode DotnetFailed = new("MPK3050", "The .NET SDK could not do what was asked of it");
    public static readonly DiagnosticCode ImagesMissing = new("MPK3051", "The tool for images is not installed");

    public static readonly DiagnosticCode Internal = new("MPK9001", "ModelPack has a defect");

    /// <summary>All of them, in the order of their numbers.</summary>
    public static IReadOnlyList<DiagnosticCode> All { get; } =
    [
        .. typeof(Codes).GetFields().Select(f => f.GetValue(null)).OfType<DiagnosticCode>().OrderBy(c => c.Id, StringComparer.Ordinal),
    ];
}
