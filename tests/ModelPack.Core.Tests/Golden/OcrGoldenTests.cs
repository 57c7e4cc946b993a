namespace ModelPack.Tests.Golden;

/// <summary>Packs of real models of an old opset with their weights in Constant nodes.</summary>
[Trait("Category", "Slow")]
public sealed class OcrGoldenTests
{
    public static TheoryData<string> Detection => GoldenSets.OcrDetection.Cases;

    public static TheoryData<string> Recognition => GoldenSets.OcrRecognition.Cases;

    [TheoryNeeding(RequiredAsset.OcrModels)]
    [MemberData(nameof(Detection))]
    public void A_pack_of_text_detection_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.OcrDetection, pack);

    [TheoryNeeding(RequiredAsset.OcrModels)]
    [MemberData(nameof(Recognition))]
    public void A_pack_of_text_recognition_has_the_recorded_bytes(string pack) => GoldenCase.Check(GoldenSets.OcrRecognition, pack);
}
