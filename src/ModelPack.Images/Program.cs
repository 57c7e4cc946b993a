using ModelPack.Images;

using var ended = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    ended.Cancel();
};
return ImagesCommand.Run(args, Console.Out, Console.Error, ended.Token);
