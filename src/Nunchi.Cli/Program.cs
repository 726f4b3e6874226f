Console.WriteLine("nunchi");
