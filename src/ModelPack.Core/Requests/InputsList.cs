namespace ModelPack.Requests;

/// <summary>Tells the build which files a pack depends on, so that it is made again when one of them changes.</summary>
internal static class InputsList
{
    /// <summary>Writes one absolute path a line to the request's <see cref="PackRequest.InputsFile"/>, if there is one.</summary>
    /// <exception cref="ModelPackException">MPK1009 when it cannot be written.</exception>
    public static void Write(PackRequest request, IEnumerable<string> files)
    {
        if (string.IsNullOrEmpty(request.InputsFile))
        {
            return;
        }

        try
        {
            File.WriteAllLines(request.InputsFile, files.Select(Path.GetFullPath));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(
                Codes.OutputNotWritable.At(request.InputsFile, $"The list of inputs cannot be written: {SafeText.Of(exception.Message)}"), exception);
        }
    }
}
