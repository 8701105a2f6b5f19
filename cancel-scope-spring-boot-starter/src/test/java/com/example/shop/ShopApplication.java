package com.example.shop;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * An application with nothing of its own, for tests that start all there is. It is not in
 * one of our packages because Jackson, Spring Data and others look through the package of
 * the application, and some classes in ours are meant to be wrong.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ShopApplication {

}
