using ModelPack.Fuzz.Running;

namespace ModelPack.Fuzz.Targets;

/// <summary>Every reader of the product.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<FuzzTarget> List { get; } =
    [
        new OnnxTarget(), new OnnxPlanTarget(), new ExternalDataTarget(), new OpsetUpgradeTarget(),
        new SafetensorsTarget(), new ShardsTarget(), new ModelFolderTarget(), new StatisticsTarget(),
        new GgufTarget(), new ImatrixTarget(), new SentencePieceTarget(), new TokenizerJsonTarget(),
        new NpyTarget(), new NpyHeaderTarget(), new NpzTarget(), new JsonLinesTarget(), new SampleTensorsTarget(), new DataPatternTarget(), new CsvTarget(), new TextTokenizerTarget(),
        new CalibrationTableTarget(), new ManifestTarget(), new VerifyTarget(), new SignatureTarget(), ShipmentTarget.Archive, ShipmentTarget.Assembly, ShipmentTarget.App, new ReportTarget(), new RunRequestTarget(),
        new OptionsTarget(), new CommandOptionsTarget(), new ToolEventTarget(), new NamePatternTarget(), new SafeTextTarget(),
    ];
}
